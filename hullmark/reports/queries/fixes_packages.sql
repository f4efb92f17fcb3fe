-- Package updates by what each one ends across the fleet: its highest fixed version ends all of these findings.
SELECT
    package,
    CASE WHEN type IN ('deb', 'apk', 'rpm') THEN os ELSE type END AS system,
    coalesce(arg_max(fixed_version, version_key), max(fixed_version)) AS fixed_version,
    count(DISTINCT version) AS versions,
    count(DISTINCT image_digest) AS images,
    count(DISTINCT vulnerability) AS vulnerabilities,
    count(*) FILTER (kev) AS exploited,
    count(*) FILTER (severity IN ('critical', 'high')) AS grave,
    count(*) AS findings
FROM fleet_findings
JOIN (SELECT digest, any_value(os) AS os FROM fleet GROUP BY digest) AS images ON digest = image_digest
LEFT JOIN fixed_versions USING (type, fixed_version)
WHERE fixed_version <> '' AND NOT settled
GROUP BY package, system
ORDER BY exploited DESC, grave DESC, findings DESC, package, system
LIMIT $limit
