/* The tagged digests that no earlier run answers: one row per digest, with all its locations. Reads `listing` and `carried`. */
SELECT
    listing.digest,
    first(listing.media_type) AS media_type,
    list({
        'registry': registry, 'repository': repository, 'account': account, 'region': region, 'tags': tags,
        'pushed_at': pushed_at
    } ORDER BY registry, repository) AS locations
FROM listing ANTI JOIN carried USING (registry, repository, digest)
WHERE len(listing.tags) > 0 AND listing.status <> 'ARCHIVED'
GROUP BY listing.digest
ORDER BY listing.digest
