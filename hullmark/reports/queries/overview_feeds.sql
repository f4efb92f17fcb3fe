-- Every feed: its last good snapshot with its age in hours, and what became of the last attempt to refresh it. $deleted are
-- those whose snapshot is gone.
WITH attempts AS (
    SELECT *, row_number() OVER (PARTITION BY feed ORDER BY fetched_at DESC) AS place FROM feed_snapshots
),
good AS (
    SELECT feed, arg_max(records, fetched_at) AS records, arg_max(problems, fetched_at) AS problems,
        max(fetched_at) AS fetched_at, max(published) AS published
    FROM feed_snapshots
    WHERE state <> 'failed'
    GROUP BY feed
)
SELECT
    attempts.feed,
    [CASE
        WHEN good.fetched_at IS NULL THEN 'never loaded'
        WHEN list_contains($deleted::VARCHAR[], attempts.feed) THEN 'deleted'
        WHEN date_diff('second', good.fetched_at, $now::TIMESTAMPTZ) > 3600 * $max_age_hours THEN 'too old'
        WHEN attempts.state = 'failed' THEN 'not refreshed'
        ELSE 'fresh'
    END] AS freshness,
    greatest(date_diff('second', good.fetched_at, $now::TIMESTAMPTZ), 0) / 3600.0 AS age_hours,
    good.fetched_at,
    good.published,
    good.records,
    good.problems,
    CASE
        WHEN list_contains($deleted::VARCHAR[], attempts.feed) THEN 'its snapshot is gone; run `hullmark feeds sync`'
        WHEN attempts.state = 'failed' THEN attempts.detail
        ELSE ''
    END AS detail
FROM attempts
LEFT JOIN good USING (feed)
WHERE place = 1
ORDER BY age_hours DESC NULLS FIRST, feed
