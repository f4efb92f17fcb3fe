/* The images of the fleet, each with a number, which the relations after this one carry in place of its digest. Reads `images`,
   `base_images`, `image_exposure`, `image_source`, `outdated`. base_layers: its lowest so many are its base's; share: what its tags and age leave of
   the risk of a finding (docs/risk.md); successor: the image of the fleet that its base is replaced by, '' for none, and next: its number, -1. */
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
        min(repository || coalesce(':' || tags[1], '@' || left(digest, 19))) AS name
    FROM images
    WHERE state = 'present'
    GROUP BY digest
),
numbered AS MATERIALIZED (
    SELECT (row_number() OVER ())::INTEGER AS image, told.* FROM told
)
SELECT
    numbered.*, source, revision, dockerfile, coalesce(base_layers, 0) AS base_layers, exposure_share(tagged, age_days) AS share,
    coalesce(successor, '') AS successor, coalesce(successor_name, '') AS successor_name, coalesce(newer.image, -1) AS next
FROM numbered
JOIN image_source ON image_source.digest = numbered.digest
JOIN image_exposure ON image_exposure.image_digest = numbered.digest
LEFT JOIN base_images ON base_images.image_digest = numbered.digest
LEFT JOIN successor ON successor.image_digest = numbered.digest
LEFT JOIN numbered AS newer ON newer.digest = successor
