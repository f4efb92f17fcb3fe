-- What became of the digests in each of the last 60 scans, a row per run and status; oldest first.
SELECT scans.started, coverage.run, coverage.status, count(*) AS digests
FROM coverage
JOIN (
    SELECT run, started FROM runs WHERE kind NOT IN ('push', 'advisories') QUALIFY row_number() OVER (ORDER BY started DESC) <= 60
) AS scans USING (run)
GROUP BY scans.started, coverage.run, coverage.status
ORDER BY scans.started, coverage.status
