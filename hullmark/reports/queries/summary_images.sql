-- The images with the gravest findings, each with one place where it lies.
SELECT
    min(repository || coalesce(':' || tags[1], '@' || left(image_digest, 19))) AS image,
    count(DISTINCT (registry, repository)) AS places,
    count(DISTINCT (package_key, vulnerability)) FILTER (kev) AS exploited,
    count(DISTINCT (package_key, vulnerability)) FILTER (severity = 'critical') AS critical,
    count(DISTINCT (package_key, vulnerability)) FILTER (severity = 'high') AS high,
    count(DISTINCT (package_key, vulnerability)) AS findings
FROM current_findings
WHERE NOT settled
GROUP BY image_digest
ORDER BY exploited DESC, critical DESC, high DESC, findings DESC, image
LIMIT 5
