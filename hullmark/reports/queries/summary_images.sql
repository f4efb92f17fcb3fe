-- The images with the gravest findings, each with one place where it lies, and its platform where the name is that of several.
WITH counted AS (
    SELECT
        min(repository || coalesce(':' || tags[1], '@' || left(image_digest, 19))) AS name,
        any_value(platform) AS platform,
        count(DISTINCT (registry, repository)) AS places,
        count(DISTINCT (package_key, vulnerability)) FILTER (kev) AS exploited,
        count(DISTINCT (package_key, vulnerability)) FILTER (severity = 'critical') AS critical,
        count(DISTINCT (package_key, vulnerability)) FILTER (severity = 'high') AS high,
        count(DISTINCT (package_key, vulnerability)) AS findings
    FROM current_findings
    WHERE NOT settled
    GROUP BY image_digest
)
SELECT
    name || if(count(*) OVER (PARTITION BY name) > 1, coalesce(' ' || platform, ''), '') AS image,
    places, exploited, critical, high, findings
FROM counted
ORDER BY exploited DESC, critical DESC, high DESC, findings DESC, image
LIMIT 5
