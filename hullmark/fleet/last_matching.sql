/* The last matching, the snapshots that it matched with, and whether it ended. Reads `matchings` and `run_feeds`. */
SELECT "at", matcher, ended, finished IS NOT NULL AS finished, feeds, coalesce(seen, []) AS seen, coalesce(findings, 0) AS findings
FROM matchings
LEFT JOIN (SELECT run, map(list(feed), list(snapshot)) AS feeds FROM run_feeds GROUP BY run) AS matched USING (run)
ORDER BY "at" DESC
LIMIT 1
