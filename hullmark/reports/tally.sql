/* What the findings of each image of the fleet come to that are left to do, one row an image, and those that are settled; and the
   vulnerabilities that findings have. worst, risk: of the worst finding; weight: what the risks of all come to. Reads `told` and `carrying`;
   leaves `image_tally` and `fleet_vulnerability`. */
CREATE TEMP TABLE image_tally AS
WITH kin AS (
    SELECT
        kin, count(*) FILTER (NOT settled) AS findings, count(*) FILTER (settled) AS settled,
        count(*) FILTER (NOT settled AND severity = 'critical') AS critical, count(*) FILTER (NOT settled AND severity = 'high') AS high,
        count(*) FILTER (NOT settled AND severity = 'medium') AS medium, count(*) FILTER (NOT settled AND severity = 'low') AS low,
        count(*) FILTER (NOT settled AND severity = 'negligible') AS negligible,
        count(*) FILTER (NOT settled AND severity = 'none') AS "none", count(*) FILTER (NOT settled AND severity = 'unknown') AS unknown,
        count(*) FILTER (NOT settled AND kev) AS exploited, count(*) FILTER (NOT settled AND fixable) AS fixable,
        max(severity_rank(severity)) FILTER (NOT settled) AS worst, max(points) FILTER (NOT settled) AS points,
        coalesce(sum(points) FILTER (NOT settled), 0) AS weight
    FROM told
    GROUP BY kin
)
SELECT
    image_digest, sum(findings)::BIGINT AS findings, sum(settled)::BIGINT AS settled, sum(critical)::BIGINT AS critical,
    sum(high)::BIGINT AS high, sum(medium)::BIGINT AS medium, sum(low)::BIGINT AS low, sum(negligible)::BIGINT AS negligible,
    sum("none")::BIGINT AS "none", sum(unknown)::BIGINT AS unknown, sum(exploited)::BIGINT AS exploited, sum(fixable)::BIGINT AS fixable,
    severity_named(max(worst)) AS worst, max(points) * share AS risk, round(sum(weight) * share, 6) AS weight
FROM carrying
JOIN kin USING (kin)
GROUP BY image_digest, share;

CREATE TEMP TABLE fleet_vulnerability AS SELECT DISTINCT vulnerability, kev, settled FROM told
