/* Every base that an image of the fleet stands on, those with the most images first: how that is known, what of its images comes from it,
   why it is out of date, what takes its place, and what building all its images again on that would end and bring (null where that is
   not known). Reads `base_images`, `images`, `open_findings`, `outdated`, `image_life`, `rebuild`. That a system or runtime gets no fixes
   is said of a base when its images have it too. base: its digest, or its name where that alone is known; parent: what it stands on
   itself, "" for none; above: the bases that it stands on, the nearest first; images: those that stand on it and on no nearer base;
   below: these, and those of the bases that stand on it; findings: what all of them have in its layers, so that what a base has of its own
   base counts for both. closes, exploited, brings: of `images`. */
WITH RECURSIVE stands AS (
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
    SELECT image_digest, list(DISTINCT evidence ORDER BY evidence) AS evidence
    FROM (
        SELECT image_digest, evidence FROM outdated
        UNION ALL
        SELECT image_digest, evidence FROM life
    )
    GROUP BY image_digest
),
choice AS (  -- of a tag that moved and a newer tag the one that came last, of the fleet if there is one
    SELECT image_digest, successor, successor_name
    FROM outdated
    WHERE successor_name <> ''
    QUALIFY row_number() OVER (PARTITION BY image_digest ORDER BY successor = '', since DESC, successor_name) = 1
),
own AS (
    SELECT image_digest AS digest, coalesce(nullif(base_digest, ''), base_name) AS parent, base_layers AS height FROM base_images
),
told AS (
    SELECT
        stands.base, min(base_name) AS name, any_value(base_digest) AS digest, count(*) AS images,
        list_sort(list(DISTINCT method)) AS methods, list_sort(list(DISTINCT confidence)) AS confidences,
        list_sort(list_distinct(flatten(list(coalesce(late.evidence, []))))) AS outdated,
        coalesce(max(choice.successor_name), '') AS successor_name, sum(closes)::BIGINT AS closes, sum(closes_exploited)::BIGINT AS exploited,
        sum(brings)::BIGINT AS brings, coalesce(any_value(own.parent), '') AS parent,
        any_value(own.height) AS height
    FROM stands
    LEFT JOIN late USING (image_digest)
    LEFT JOIN choice USING (image_digest)
    LEFT JOIN rebuild ON rebuild.image_digest = choice.image_digest AND rebuild.successor = choice.successor
    LEFT JOIN own ON own.digest = stands.base
    GROUP BY stands.base
),
climb AS (  -- heights: how many layers of each are there
    SELECT base, []::VARCHAR[] AS above, []::INTEGER[] AS heights, parent, height FROM told
    UNION ALL
    SELECT climb.base, list_append(climb.above, told.base), list_append(climb.heights, climb.height), told.parent, told.height
    FROM climb JOIN told ON told.base = climb.parent
    WHERE told.base <> climb.base AND NOT list_contains(climb.above, told.base)  -- a wrong label may say that it stands on itself
),
lineage AS (
    SELECT base, arg_max(above, len(above)) AS above, arg_max(heights, len(above)) AS heights FROM climb GROUP BY base
),
reached AS (
    SELECT image_digest, base, base_layers AS layers FROM stands
    UNION ALL
    SELECT image_digest, base, least(layers, base_layers)
    FROM (SELECT image_digest, base_layers, unnest(above) AS base, unnest(heights) AS layers FROM stands JOIN lineage USING (base))
),
counted AS (
    SELECT
        image_digest, layer_index, count(*) AS findings, count(*) FILTER (severity IN ('critical', 'high')) AS grave,
        count(*) FILTER (kev) AS known_exploited
    FROM open_findings
    GROUP BY image_digest, layer_index
),
brought AS (
    SELECT base, sum(findings)::BIGINT AS findings, sum(grave)::BIGINT AS grave, sum(known_exploited)::BIGINT AS known_exploited
    FROM reached JOIN counted USING (image_digest)
    WHERE layer_index < layers
    GROUP BY base
),
whole AS (
    SELECT base, count(*) AS below FROM reached GROUP BY base
)
SELECT
    told.* EXCLUDE (height), above, below, coalesce(findings, 0) AS findings, coalesce(grave, 0) AS grave,
    coalesce(known_exploited, 0) AS known_exploited
FROM told
JOIN lineage USING (base)
JOIN whole USING (base)
LEFT JOIN brought USING (base)
ORDER BY images DESC, name, base
