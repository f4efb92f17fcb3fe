-- Images that pass the filters, one row for each place where an image lies, with their findings by severity; one page of them.
WITH known AS (
    SELECT registry, repository, digest, any_value(status) AS status, any_value(reason) AS reason
    FROM last_coverage
    GROUP BY registry, repository, digest
)
SELECT
    fleet.digest,
    name,
    tags,
    [coalesce(worst, 'clean')] AS worst,
    risk,
    coalesce(critical, 0) AS critical,
    coalesce(high, 0) AS high,
    coalesce(medium, 0) AS medium,
    coalesce(low, 0) AS low,
    coalesce(findings, 0) AS findings,
    coalesce(fixable, 0) AS fixable,
    CASE WHEN exploited > 0 THEN ['KEV'] ELSE [] END AS exploited,
    [CASE WHEN frozen_since IS NULL THEN coalesce(status, 'scanned') ELSE 'not updated' END] AS status,
    os,
    platform,
    size,
    account,
    region,
    coalesce(pushed_at, created_at) AS pushed_at,
    count(*) OVER () AS total
FROM fleet
LEFT JOIN image_tally AS counted ON counted.image_digest = fleet.digest
LEFT JOIN known USING (registry, repository, digest)
WHERE (len($accounts::VARCHAR[]) = 0 OR list_contains($accounts::VARCHAR[], account))
  AND (len($regions::VARCHAR[]) = 0 OR list_contains($regions::VARCHAR[], region))
  AND (len($repositories::VARCHAR[]) = 0 OR list_contains($repositories::VARCHAR[], repository))
  AND (len($systems::VARCHAR[]) = 0 OR list_contains($systems::VARCHAR[], os))
  AND (len($severities::VARCHAR[]) = 0 OR list_contains($severities::VARCHAR[], coalesce(worst, 'clean')))
  AND ($word = '' OR contains(lower(repository), lower($word)) OR contains(fleet.digest, lower($word))
       OR len(list_filter(tags, lambda tag: contains(lower(tag), lower($word)))) > 0)
ORDER BY
    CASE WHEN $sort = 'name' THEN name END,
    CASE WHEN $sort = 'newest' THEN coalesce(pushed_at, created_at) END DESC NULLS LAST,
    CASE WHEN $sort = 'size' THEN size END DESC NULLS LAST,
    CASE WHEN $sort = 'findings' THEN findings END DESC NULLS LAST,
    risk DESC NULLS LAST,
    weight DESC NULLS LAST,
    coalesce(exploited, 0) > 0 DESC,
    coalesce(critical, 0) DESC,
    coalesce(high, 0) DESC,
    coalesce(medium, 0) DESC,
    coalesce(findings, 0) DESC,
    name,
    fleet.digest
LIMIT $limit OFFSET $offset
