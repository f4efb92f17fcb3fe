/* The snapshot of each feed that the last matching by then was made with. Reads `run_feeds` and `matchings`. */
SELECT feed, snapshot
FROM run_feeds
SEMI JOIN (
    SELECT arg_max(run, "at") AS run FROM matchings WHERE "at" <= $moment::TIMESTAMPTZ AND finished IS NOT NULL
) AS matched USING (run)
ORDER BY feed
