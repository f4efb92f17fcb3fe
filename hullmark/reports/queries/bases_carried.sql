-- The images that stand on a base and on no nearer one, one row for each place where one lies, with what comes from the base; one page of
-- them. Reads `fleet`, `base_images` and `fleet_findings`. Parameters: base, limit, offset.
WITH here AS (
    SELECT image_digest, base_layers, method, confidence, evidence
    FROM base_images
    WHERE coalesce(nullif(base_digest, ''), base_name) = $base
),
counted AS (
    SELECT
        image_digest, count(*) FILTER (part = 'base') AS from_base, count(*) FILTER (part = 'application') AS own, max(risk) AS risk
    FROM fleet_findings SEMI JOIN here USING (image_digest)
    WHERE NOT settled
    GROUP BY image_digest
)
SELECT
    fleet.digest, name, risk, coalesce(from_base, 0) AS from_base, coalesce(own, 0) AS own, base_layers, method, confidence, evidence,
    account, region, coalesce(pushed_at, created_at) AS pushed_at, count(*) OVER () AS total
FROM fleet
JOIN here ON here.image_digest = fleet.digest
LEFT JOIN counted ON counted.image_digest = fleet.digest
ORDER BY from_base DESC, risk DESC NULLS LAST, name, registry, fleet.digest
LIMIT $limit OFFSET $offset
