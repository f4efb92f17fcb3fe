-- Findings that are left to do, by severity.
SELECT name AS severity, coalesce(sum(findings), 0)::BIGINT AS number
FROM unnest(['critical', 'high', 'medium', 'low', 'negligible', 'none', 'unknown']) AS names(name)
LEFT JOIN (
    UNPIVOT (SELECT critical, high, medium, low, negligible, "none", unknown FROM image_tally)
    ON critical, high, medium, low, negligible, "none", unknown INTO NAME severity VALUE findings
) AS counted ON counted.severity = name
GROUP BY name
HAVING number > 0 OR name IN ('critical', 'high', 'medium', 'low')
ORDER BY severity_rank(name) DESC
