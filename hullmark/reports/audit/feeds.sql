-- The snapshots of advisories that the last matching until then used; their ids are of their content. Parameter: moment.
WITH last AS (
    SELECT arg_max(run, started) AS run
    FROM runs SEMI JOIN run_feeds USING (run)
    WHERE finished <= $moment::TIMESTAMPTZ AND state IN ('completed', 'incomplete')
)
SELECT feed, snapshot, fetched_at, published, run
FROM run_feeds SEMI JOIN last USING (run)
ORDER BY feed
