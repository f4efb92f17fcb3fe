/* The wanted digests that no earlier run answers: one row per digest, with all its locations. Reads `wanted` and `carried`. */
SELECT
    wanted.digest,
    first(wanted.media_type) AS media_type,
    list({
        'registry': registry, 'repository': repository, 'account': account, 'region': region, 'tags': tags,
        'pushed_at': pushed_at
    } ORDER BY registry, repository) AS locations
FROM wanted ANTI JOIN carried USING (registry, repository, digest)
GROUP BY wanted.digest
ORDER BY min(repository), wanted.digest
