-- Each feed: its last good snapshot with the hours since it was known to be current, and how the last attempt went.
SELECT
    feed,
    arg_max(state, fetched_at) AS state,
    arg_max(records, fetched_at) FILTER (state <> 'failed') AS records,
    arg_max(problems, fetched_at) FILTER (state <> 'failed') AS problems,
    greatest(date_diff('second', max(fetched_at) FILTER (state <> 'failed'), $now), 0) / 3600.0 AS age_hours
FROM feed_snapshots
GROUP BY feed
ORDER BY feed
