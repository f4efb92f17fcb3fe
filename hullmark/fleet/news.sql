/* The rows of a run's coverage that say something else of their digest than `digests` does, in the columns of `digests`.
   Reads `rows` (schema COVERAGE) and `digests`. */
SELECT rows.*, $engine AS engine
FROM rows
LEFT JOIN digests AS old USING (registry, repository, digest)
WHERE old.digest IS NULL OR old.engine <> $engine
    OR row(old.tags, old.index_digest, old.reason, old.detail, old.subject, old.media_type)
        IS DISTINCT FROM row(rows.tags, rows.index_digest, rows.reason, rows.detail, rows.subject, rows.media_type)
    OR replace(old.status, 'scanned', 'unchanged') <> replace(rows.status, 'scanned', 'unchanged')
