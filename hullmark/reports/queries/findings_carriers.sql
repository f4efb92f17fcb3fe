-- Where one vulnerability is: a row for each package of each image in each place.
SELECT
    name,
    package,
    version,
    nullif(fixed_version, '') AS fixed_version,
    layer_index,
    path,
    account,
    region,
    os,
    CASE WHEN count(*) OVER (PARTITION BY registry, repository, name) > count(*) OVER (PARTITION BY registry, repository, name, platform)
        THEN platform ELSE '' END AS platform,
    fleet.digest,
    findings.first_seen,
    risk,
    said,
    note
FROM fleet_findings AS findings
JOIN fleet ON fleet.digest = image_digest
WHERE vulnerability = $vulnerability
ORDER BY settled, risk DESC, name, package, version, path
LIMIT $limit
