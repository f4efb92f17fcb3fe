-- Findings that pass the filters, each with one image name; one page of them.
SELECT
    vulnerability,
    [coalesce(severity, 'unknown')] AS severity,
    score,
    risk,
    said,
    CASE WHEN kev THEN ['KEV'] ELSE [] END AS exploited,
    100 * epss AS epss_percent,
    package,
    version,
    nullif(fixed_version, '') AS fixed_version,
    name,
    layer_index,
    path,
    first_seen,
    image_digest AS digest,
    total
FROM (
    SELECT *, count(*) OVER () AS total
    FROM matching_findings($severities, $only_kev, $only_fixable, $least_epss, $packages, $accounts, $word, $with_settled) AS found
    ORDER BY
        CASE WHEN $sort = 'epss' THEN epss END DESC NULLS LAST,
        CASE WHEN $sort = 'score' THEN score END DESC NULLS LAST,
        CASE WHEN $sort = 'newest' THEN first_seen END DESC NULLS LAST,
        CASE WHEN $sort = 'id' THEN vulnerability END,
        risk DESC,
        kev DESC NULLS LAST,
        severity_rank(found.severity) DESC,
        epss DESC NULLS LAST,
        score DESC NULLS LAST,
        vulnerability,
        image_digest,
        package_key
    LIMIT $limit OFFSET $offset
) AS page
JOIN (SELECT digest, min(name) AS name FROM fleet GROUP BY digest) AS images ON images.digest = page.image_digest
ORDER BY
    CASE WHEN $sort = 'epss' THEN epss END DESC NULLS LAST,
    CASE WHEN $sort = 'score' THEN score END DESC NULLS LAST,
    CASE WHEN $sort = 'newest' THEN first_seen END DESC NULLS LAST,
    CASE WHEN $sort = 'id' THEN vulnerability END,
    risk DESC,
    kev DESC NULLS LAST,
    severity_rank(page.severity) DESC,
    epss DESC NULLS LAST,
    score DESC NULLS LAST,
    vulnerability,
    image_digest,
    package_key
