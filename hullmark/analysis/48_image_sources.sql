/* Where each image is built from: by its own word (OCI image-spec, annotations.md), else by the provenance that lies beside it and
   nobody has verified; the Dockerfile by provenance alone. Provenance of another repository than the image names adds nothing to it.
   Reads `images`, `image_provenance`. One row an image that lies in a registry; '' for what nothing says. */
CREATE OR REPLACE TEMP TABLE image_source AS
WITH own AS (
    SELECT
        digest, coalesce(min(said ->> '$."org.opencontainers.image.source"'), '') AS source,
        coalesce(min(said ->> '$."org.opencontainers.image.revision"'), '') AS revision
    FROM (SELECT *, json_merge_patch(
        CASE WHEN json_valid(labels) THEN labels ELSE '{}' END, CASE WHEN json_valid(annotations) THEN annotations ELSE '{}' END
    ) AS said FROM images) AS images
    WHERE state = 'present'
    GROUP BY digest
),
built AS (
    SELECT image_digest, source, revision, dockerfile
    FROM image_provenance
    QUALIFY row_number() OVER (
        PARTITION BY image_digest ORDER BY source = '', dockerfile = '', source, revision, dockerfile
    ) = 1
)
SELECT
    own.digest,
    coalesce(nullif(own.source, ''), built.source, '') AS source,
    coalesce(nullif(own.revision, ''), built.revision, '') AS revision,
    coalesce(built.dockerfile, '') AS dockerfile
FROM own
LEFT JOIN built ON built.image_digest = own.digest
    AND (own.source = '' OR built.source = '' OR regexp_replace(own.source, '(\.git)?/?$', '') = regexp_replace(built.source, '(\.git)?/?$', ''))
