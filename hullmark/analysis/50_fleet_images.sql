/* The images of the fleet, each with a number, which the relations after this one carry in place of its digest. Reads `images`,
   `base_images`, `image_exposure`, `outdated`. base_layers: its lowest so many are its base's; share: what its tags and age leave of
   the risk of a finding (docs/risk.md); successor: the image of the fleet that its base is replaced by, '' for none. */
CREATE OR REPLACE TEMP TABLE fleet_image AS
WITH successor AS (
    SELECT image_digest, arg_max(successor, since) AS successor, arg_max(successor_name, since) AS successor_name
    FROM outdated
    WHERE successor IN (SELECT digest FROM images WHERE state = 'present')
    GROUP BY image_digest
),
told AS (
    SELECT
        digest, any_value(os_id) AS os_id, any_value(os_version) AS os_version, min(repository) AS repository,
        min(repository || coalesce(':' || tags[1], '@' || left(digest, 19))) AS name,
        -- where it is built from, by its own word (OCI image-spec, annotations.md)
        coalesce(min(said ->> '$."org.opencontainers.image.source"'), '') AS source,
        coalesce(min(said ->> '$."org.opencontainers.image.revision"'), '') AS revision
    FROM (SELECT *, json_merge_patch(
        CASE WHEN json_valid(labels) THEN labels ELSE '{}' END, CASE WHEN json_valid(annotations) THEN annotations ELSE '{}' END
    ) AS said FROM images) AS images
    WHERE state = 'present'
    GROUP BY digest
)
SELECT
    (row_number() OVER ())::INTEGER AS image, told.*, coalesce(base_layers, 0) AS base_layers, exposure_share(tagged, age_days) AS share,
    coalesce(successor, '') AS successor, coalesce(successor_name, '') AS successor_name
FROM told
JOIN image_exposure ON image_exposure.image_digest = told.digest
LEFT JOIN base_images ON base_images.image_digest = told.digest
LEFT JOIN successor ON successor.image_digest = told.digest
