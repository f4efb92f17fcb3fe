/* Listed digests that nothing else answered: archived ones, those that the policy leaves out, and untagged ones that no index
   which was read names. A child shares the fate of the index that the policy leaves out, and remembers it.
   Reads `listing`, `digests`, `answered` and `carried`; gives the columns of `coverage`. */
WITH child AS (
    SELECT registry, repository, digest, unnest(string_split(index_digest, ' ')) AS parent FROM digests WHERE index_digest <> ''
),
parent AS (
    SELECT child.registry, child.repository, child.digest, string_agg(child.parent, ' ' ORDER BY child.parent) AS indexes,
        min(listing.left_out) AS left_out
    FROM child
    JOIN listing ON listing.registry = child.registry AND listing.repository = child.repository AND listing.digest = child.parent
    WHERE listing.left_out <> ''
    GROUP BY child.registry, child.repository, child.digest
),
rest AS (
    SELECT
        listing.*, coalesce(parent.indexes, '') AS indexes,
        CASE WHEN listing.status = 'ARCHIVED' THEN 'archived'
             WHEN listing.left_out <> '' THEN listing.left_out
             ELSE coalesce(parent.left_out, 'untagged') END AS reason
    FROM listing
    LEFT JOIN parent USING (registry, repository, digest)
    ANTI JOIN answered USING (registry, repository, digest)
    ANTI JOIN carried USING (registry, repository, digest)
)
SELECT
    $run AS run, registry, repository, digest, account, region, tags, media_type, subject, indexes AS index_digest,
    'skipped' AS status, reason,
    CASE reason
        WHEN 'archived' THEN 'ECR has archived this image; restore it to have it scanned.'
        WHEN 'untagged' THEN 'No tag names this digest, and no index that was read.'
        WHEN 'excluded-repository' THEN 'The policy of the integration leaves this repository out.'
        WHEN 'excluded-tag' THEN 'None of its tags is one that the policy of the integration admits.'
        WHEN 'too-old' THEN 'It was neither pushed nor pulled within the days that the policy of the integration says.'
        ELSE 'None of its tags is among the latest that the policy of the integration counts.'
    END AS detail,
    $at::TIMESTAMPTZ AS at
FROM rest
