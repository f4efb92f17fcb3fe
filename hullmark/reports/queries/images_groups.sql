-- The fleet by "account" or by "repository", the riskiest first: images, what is wrong with them, and when one was pushed last; one page.
-- A finding counts once for each image of the group.
WITH place AS (
    SELECT DISTINCT digest, account, region, CASE $per WHEN 'account' THEN '' ELSE repository END AS repository, coalesce(pushed_at, created_at) AS pushed
    FROM fleet
    WHERE (len($accounts::VARCHAR[]) = 0 OR list_contains($accounts::VARCHAR[], account))
        AND ($word = '' OR contains(lower(repository), lower($word)) OR contains(account, $word))
),
image AS (
    SELECT account, repository, digest, list_sort(list(DISTINCT region)) AS regions, max(pushed) AS pushed
    FROM place
    GROUP BY account, repository, digest
)
SELECT
    account, repository, list_sort(list_distinct(flatten(list(regions)))) AS regions,
    [coalesce(arg_max(worst, severity_rank(worst)), 'clean')] AS worst,
    max(risk) AS risk,
    count(*) AS images,
    count(*) FILTER (critical + high > 0) AS grave_images,
    count(*) FILTER (exploited > 0) AS exploited_images,
    coalesce(sum(critical), 0)::BIGINT AS critical,
    coalesce(sum(high), 0)::BIGINT AS high,
    coalesce(sum(findings), 0)::BIGINT AS findings,
    sum(fixable) / nullif(sum(findings), 0) AS fixable,
    max(pushed) AS pushed_at,
    count(*) OVER () AS total
FROM image
LEFT JOIN image_tally AS counted ON counted.image_digest = image.digest
GROUP BY account, repository
ORDER BY risk DESC NULLS LAST, coalesce(sum(weight), 0) DESC, images DESC, account, repository
LIMIT $limit OFFSET $offset
