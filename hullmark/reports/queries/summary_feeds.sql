-- The newest snapshot of each feed that has been fetched, and the hours since then.
SELECT
    feed,
    state,
    records,
    problems,
    date_diff('second', fetched_at, $now) / 3600.0 AS age_hours
FROM feed_snapshots
QUALIFY row_number() OVER (PARTITION BY feed ORDER BY fetched_at DESC) = 1
ORDER BY feed
