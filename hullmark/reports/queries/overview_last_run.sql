-- The run that started last; none when nothing ran yet.
SELECT
    run, kind, state, started, finished, detail,
    coalesce(layers_read, 0) AS layers_read,
    coalesce(layers_known, 0) AS layers_known,
    date_diff('second', coalesce(finished, started), $now::TIMESTAMPTZ) / 3600.0 AS age_hours,
    date_diff('millisecond', started, finished) / 1000.0 AS seconds
FROM runs
ORDER BY started DESC
LIMIT 1
