-- Findings that are left to do by severity, and how many of them a published version fixes.
SELECT
    name AS severity,
    count(vulnerability) AS number,
    count(vulnerability) FILTER (fixed_version <> '') AS fixable,
    count(vulnerability) FILTER (kev) AS exploited
FROM unnest(['critical', 'high', 'medium', 'low', 'negligible', 'none', 'unknown']) AS names(name)
LEFT JOIN fleet_findings ON coalesce(severity, 'unknown') = name AND NOT settled
GROUP BY name
HAVING number > 0 OR name IN ('critical', 'high', 'medium', 'low')
ORDER BY severity_rank(name) DESC
