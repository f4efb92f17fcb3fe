-- Where an image lies, and what became of it there the last time a run looked.
SELECT registry, repository, fleet.tags, account, region, pushed_at, first_seen, last_seen, [status] AS status, reason, detail
FROM fleet
LEFT JOIN (SELECT registry, repository, digest, status, reason, detail FROM last_coverage) AS known
    USING (registry, repository, digest)
WHERE digest = $digest
ORDER BY registry, repository
