-- Findings at the end of runs that counted them, with what was opened and closed since the point before; oldest first, from the first
-- run on. There are at most some 120 points: where there are more runs, one stands for those of its stretch of time.
WITH counted AS (
    SELECT run, kind, finished, findings, epoch(finished) AS moment, min(moment) OVER () AS low, max(moment) OVER () AS high,
        count(*) OVER () AS number, row_number() OVER (ORDER BY finished, run) = 1 AS is_first
    FROM runs
    WHERE finished IS NOT NULL AND findings IS NOT NULL
),
told AS (
    SELECT run, count(*) FILTER (event = 'opened') AS opened, count(*) FILTER (event = 'closed') AS closed
    FROM finding_events
    GROUP BY run
)
SELECT
    arg_max(run, finished) AS run, arg_max(kind, finished) AS kind, max(finished) AS finished, arg_max(findings, finished) AS findings,
    coalesce(sum(opened), 0)::BIGINT AS opened, coalesce(sum(closed), 0)::BIGINT AS closed
FROM counted
LEFT JOIN told USING (run)
GROUP BY CASE WHEN number <= 120 THEN run WHEN is_first THEN 'first' ELSE floor(119 * (moment - low) / (high - low))::VARCHAR END
ORDER BY finished
