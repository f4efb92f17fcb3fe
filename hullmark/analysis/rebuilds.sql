/* What building an image again on the present successor of its base would end: the findings of its base layers whose package and
   vulnerability the successor does not have. Reads `findings`, `base_images` and `outdated` (outdated_bases.sql). One row an
   (image, successor): what it closes, what of that is known to be exploited, what the successor would bring anew. */
WITH choice AS (
    SELECT image_digest, successor, min(successor_name) AS successor_name
    FROM outdated
    WHERE successor <> ''
    GROUP BY image_digest, successor
),
below AS (
    SELECT choice.image_digest, choice.successor, findings.type, findings.package, findings.vulnerability, bool_or(kev) AS kev
    FROM choice
    JOIN base_images USING (image_digest)
    JOIN findings ON findings.image_digest = choice.image_digest AND layer_index < base_layers
    GROUP BY ALL
),
above AS (
    SELECT DISTINCT choice.image_digest, choice.successor, findings.type, findings.package, findings.vulnerability
    FROM choice JOIN findings ON findings.image_digest = choice.successor
),
counted AS (
    SELECT
        image_digest, successor,
        count(*) FILTER (below.vulnerability IS NOT NULL AND above.vulnerability IS NULL) AS closes,
        count(*) FILTER (below.kev AND above.vulnerability IS NULL) AS closes_exploited,
        count(*) FILTER (below.vulnerability IS NULL) AS brings
    FROM below
    FULL JOIN above USING (image_digest, successor, type, package, vulnerability)
    GROUP BY image_digest, successor
)
SELECT choice.*, coalesce(closes, 0) AS closes, coalesce(closes_exploited, 0) AS closes_exploited, coalesce(brings, 0) AS brings
FROM choice LEFT JOIN counted USING (image_digest, successor)
ORDER BY closes_exploited DESC, closes DESC, image_digest, successor
