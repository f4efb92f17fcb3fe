-- The findings of one line with where each came and went, what is still there first, the gravest first; one page of them.
SELECT
    vulnerability, [severity] AS severity, CASE WHEN kev THEN ['KEV'] ELSE [] END AS exploited, type, package,
    CASE WHEN fixed_in <> '' THEN 'fixed' WHEN closed IS NOT NULL THEN 'gone' WHEN stay > 1 THEN 'regressed' ELSE 'open' END AS stands,
    introduced_in, nullif(fixed_in, '') AS fixed_in, stay, opened, closed, count(*) OVER () AS total
FROM finding_stays
WHERE registry = split_part($place, '/', 1) AND repository = substr($place, strpos($place, '/') + 1) AND line = $line AND platform = $platform
ORDER BY fixed_in <> '', closed IS NOT NULL, kev DESC, severity_rank(finding_stays.severity) DESC, vulnerability, package, type, stay
LIMIT $limit OFFSET $offset
