/* Listed digests that nothing else answered: archived ones and untagged ones that no listed index names.
   Reads `listing`, `answered` and `carried`; gives the columns of `coverage`. */
SELECT
    $run AS run, registry, repository, listing.digest, account, region, tags, media_type, subject, '' AS index_digest,
    'skipped' AS status,
    CASE WHEN listing.status = 'ARCHIVED' THEN 'archived' ELSE 'untagged' END AS reason,
    CASE WHEN listing.status = 'ARCHIVED' THEN 'ECR has archived this image; restore it to have it scanned.'
         ELSE 'No tag and no listed index names this digest.' END AS detail,
    $at::TIMESTAMPTZ AS at
FROM listing
ANTI JOIN answered USING (registry, repository, digest)
ANTI JOIN carried USING (registry, repository, digest)
