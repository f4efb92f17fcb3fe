/* The rows of runs that were killed, closed: all that say they are under way. Gives the columns of `runs`. */
SELECT * REPLACE (
    'failed' AS state,
    greatest(started, $now::TIMESTAMPTZ) AS finished,
    'It was killed before it could say how it went; what it had read is kept, and the next run reads the rest.' AS detail
)
FROM runs
WHERE state = 'running'
