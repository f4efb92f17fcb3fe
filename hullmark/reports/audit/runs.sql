-- Every run that had ended by then, with what it counted, the engine that read, and what it could not do. Parameter: moment.
SELECT
    run, kind, started, finished, state, engine, accounts, repositories, digests, images_scanned, images_unchanged, images_failed, findings,
    detail
FROM runs
WHERE finished <= $moment::TIMESTAMPTZ
ORDER BY started, run
