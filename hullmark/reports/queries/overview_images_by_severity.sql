-- Images by the worst severity of what is left to do in them, every severity with its number, "clean" for those without findings.
WITH worst AS (
    SELECT digest, arg_max(coalesce(severity, 'unknown'), severity_rank(severity)) FILTER (vulnerability IS NOT NULL) AS severity
    FROM (SELECT DISTINCT digest FROM fleet) AS images
    LEFT JOIN fleet_findings ON image_digest = digest AND NOT settled
    GROUP BY digest
)
SELECT name AS severity, count(digest) AS number
FROM unnest(['critical', 'high', 'medium', 'low', 'negligible', 'none', 'unknown', 'clean']) AS names(name)
LEFT JOIN worst ON coalesce(worst.severity, 'clean') = name
GROUP BY name
HAVING number > 0 OR name IN ('critical', 'high', 'medium', 'low', 'clean')
ORDER BY CASE name WHEN 'clean' THEN 0 ELSE severity_rank(name) END DESC
