-- Findings at the end of each of the last 60 runs that counted them, with what each run opened and closed; oldest first.
SELECT
    runs.run,
    kind,
    finished,
    findings,
    coalesce(opened, 0) AS opened,
    coalesce(closed, 0) AS closed
FROM runs
LEFT JOIN (
    SELECT run, count(*) FILTER (event = 'opened') AS opened, count(*) FILTER (event = 'closed') AS closed
    FROM finding_events
    GROUP BY run
) USING (run)
WHERE finished IS NOT NULL AND findings IS NOT NULL
QUALIFY row_number() OVER (ORDER BY finished DESC) <= 60
ORDER BY finished
