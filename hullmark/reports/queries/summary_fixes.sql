-- The package updates that end the gravest findings across the fleet.
SELECT
    type,
    package,
    count(DISTINCT version) AS versions,
    count(DISTINCT image_digest) AS images,
    count(DISTINCT (image_digest, package_key, vulnerability)) FILTER (kev) AS exploited,
    count(DISTINCT (image_digest, package_key, vulnerability)) FILTER (severity IN ('critical', 'high')) AS grave,
    count(DISTINCT (image_digest, package_key, vulnerability)) AS findings
FROM current_findings
WHERE fixed_version <> '' AND NOT settled
GROUP BY type, package
ORDER BY exploited DESC, grave DESC, findings DESC, package
LIMIT 5
