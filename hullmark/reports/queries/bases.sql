/* Every base that an image of the fleet stands on, those with the most images first: how that is known, why it is out of date, what takes
   its place, and what building all its images again on that would end and bring (null where that is not known). Reads `base_images`,
   `images`, `outdated`, `image_life`, `rebuild`. That a system or runtime gets no fixes is said of a base when its images have it too. base: its digest, or its name where that alone is known; parent: what it stands on itself, "" for none. */
WITH stands AS (
    SELECT base_images.*, coalesce(nullif(base_digest, ''), base_name) AS base
    FROM base_images SEMI JOIN (SELECT digest AS image_digest FROM images WHERE state = 'present') AS here USING (image_digest)
),
life AS (
    SELECT DISTINCT stands.image_digest, own.evidence
    FROM stands
    JOIN image_life AS own ON own.image_digest = stands.image_digest AND own.near
    LEFT JOIN image_life AS below ON below.image_digest = stands.base_digest AND below.name = own.name
    WHERE own.kind = 'system' OR below.name IS NOT NULL
),
late AS (
    SELECT
        image_digest, list(DISTINCT evidence ORDER BY evidence) AS evidence, max(successor_name) AS successor_name
    FROM (
        SELECT image_digest, evidence, successor_name FROM outdated
        UNION ALL
        SELECT image_digest, evidence, '' FROM life
    )
    GROUP BY image_digest
),
own AS (
    SELECT image_digest AS digest, coalesce(nullif(base_digest, ''), base_name) AS parent FROM base_images
)
SELECT
    stands.base, min(base_name) AS name, any_value(base_digest) AS digest, count(*) AS images,
    list_sort(list(DISTINCT method)) AS methods, list_sort(list_distinct(flatten(list(coalesce(late.evidence, []))))) AS outdated,
    coalesce(max(late.successor_name), '') AS successor_name, sum(closes)::BIGINT AS closes, sum(closes_exploited)::BIGINT AS exploited,
    sum(brings)::BIGINT AS brings, coalesce(any_value(own.parent), '') AS parent
FROM stands
LEFT JOIN late USING (image_digest)
LEFT JOIN rebuild USING (image_digest)
LEFT JOIN own ON own.digest = stands.base
GROUP BY stands.base
ORDER BY images DESC, name, stands.base
