-- The feeds of which there is another snapshot now than the findings were last made with. Reads `current_snapshot` (feed, snapshot).
SELECT feed
FROM current_snapshot
ANTI JOIN (
    SELECT feed, snapshot FROM run_feeds
    WHERE run = (SELECT arg_max(run, "at") FROM matchings WHERE finished IS NOT NULL)
) AS matched USING (feed, snapshot)
ORDER BY feed
