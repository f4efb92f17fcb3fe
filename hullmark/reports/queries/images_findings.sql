-- The findings of one image, the gravest first.
SELECT
    vulnerability,
    [coalesce(severity, 'unknown')] AS severity,
    score,
    risk,
    said,
    note,
    settled,
    CASE WHEN kev THEN ['KEV'] ELSE [] END AS exploited,
    100 * epss AS epss_percent,
    package,
    version,
    nullif(fixed_version, '') AS fixed_version,
    layer_index,
    path,
    summary,
    kev_due,
    type,
    purl,
    advisory,
    first_seen
FROM fleet_findings
WHERE image_digest = $digest
ORDER BY settled, risk DESC, kev DESC NULLS LAST, severity_rank(fleet_findings.severity) DESC, epss DESC NULLS LAST, score DESC NULLS LAST,
    vulnerability, package, path
