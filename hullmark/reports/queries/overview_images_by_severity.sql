-- Images by the worst severity of what is left to do in them, every severity with its number, "clean" for those without findings.
WITH counted AS (
    SELECT digest, worst FROM (SELECT DISTINCT digest FROM fleet) AS images LEFT JOIN image_tally ON image_digest = digest
)
SELECT name AS severity, count(digest) AS number
FROM unnest(['critical', 'high', 'medium', 'low', 'negligible', 'none', 'unknown', 'clean']) AS names(name)
LEFT JOIN counted ON coalesce(worst, 'clean') = name
GROUP BY name
HAVING number > 0 OR name IN ('critical', 'high', 'medium', 'low', 'clean')
ORDER BY CASE name WHEN 'clean' THEN 0 ELSE severity_rank(name) END DESC
