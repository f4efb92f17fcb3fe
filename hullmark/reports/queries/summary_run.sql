-- The run itself; one row, or none when it has not been recorded.
SELECT
    kind,
    state,
    coalesce(date_diff('millisecond', started, finished) / 1000.0, 0) AS seconds,
    coalesce(accounts, 0) AS accounts,
    coalesce(repositories, 0) AS repositories,
    coalesce(digests, 0) AS digests,
    coalesce(images_scanned, 0) AS images_scanned,
    coalesce(images_unchanged, 0) AS images_unchanged,
    coalesce(images_failed, 0) AS images_failed,
    coalesce(layers_read, 0) AS layers_read,
    coalesce(layers_known, 0) AS layers_known,
    coalesce(bytes_read, 0) AS bytes_read
FROM runs
WHERE run = $run
