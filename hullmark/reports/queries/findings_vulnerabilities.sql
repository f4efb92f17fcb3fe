-- Vulnerabilities that pass the filters, with the images that carry them; one page of them.
SELECT
    vulnerability,
    [arg_max(coalesce(severity, 'unknown'), severity_rank(severity))] AS severity,
    max(score) AS score,
    max(risk) AS risk,
    CASE WHEN bool_or(kev) THEN ['KEV'] ELSE [] END AS exploited,
    100 * max(epss) AS epss_percent,
    count(DISTINCT image_digest) AS images,
    count(*) AS findings,
    count(*) FILTER (settled) AS settled,
    count(*) FILTER (fixed_version <> '') / count(*) AS fixable,
    array_to_string(list_sort(list(DISTINCT package))[1:6], ', ')
        || CASE WHEN count(DISTINCT package) > 6 THEN ', …' ELSE '' END AS packages,
    any_value(summary) FILTER (summary <> '') AS summary,
    min(kev_due) AS kev_due,
    min(first_seen) AS first_seen,
    count(*) OVER () AS total
FROM matching_findings($severities, $only_kev, $only_fixable, $least_epss, $packages, $accounts, $word, $with_settled) AS found
GROUP BY vulnerability
ORDER BY
    CASE WHEN $sort = 'epss' THEN max(epss) END DESC NULLS LAST,
    CASE WHEN $sort = 'images' THEN count(DISTINCT image_digest) END DESC,
    CASE WHEN $sort = 'score' THEN max(score) END DESC NULLS LAST,
    CASE WHEN $sort = 'newest' THEN min(first_seen) END DESC NULLS LAST,
    CASE WHEN $sort = 'id' THEN vulnerability END,
    max(risk) DESC,
    bool_or(kev) DESC NULLS LAST,
    max(severity_rank(found.severity)) DESC,
    max(epss) DESC NULLS LAST,
    max(score) DESC NULLS LAST,
    vulnerability
LIMIT $limit OFFSET $offset
