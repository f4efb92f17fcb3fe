/* The provenance that lies beside each image, in one of the repositories that hold it: what is said of the image itself, else what is
   said of an index that names it. Reads `images`, `provenance`; leaves `image_provenance`, one row an image and thing said. */
CREATE OR REPLACE TEMP TABLE image_provenance AS
WITH held AS (
    SELECT registry, repository, digest AS image_digest, digest AS subject, 1 AS place FROM images
    UNION
    SELECT registry, repository, digest, index_digest, 2 FROM images WHERE index_digest <> ''
)
SELECT DISTINCT
    image_digest, source, revision, dockerfile, base_names, base_digests, base_platforms, coalesce(last_stage, false) AS last_stage,
    coalesce(stage_layers, []) AS stage_layers
FROM (
    SELECT * FROM held JOIN provenance USING (registry, repository, subject)
    QUALIFY rank() OVER (PARTITION BY image_digest ORDER BY place) = 1
)
