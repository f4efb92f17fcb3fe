-- The images or repositories that fail a rule, in each place where an image lies, those that failed first on top; then those that an
-- exception covers now, and those of which it does not know, with the reason. digest is "" for a repository. Parameter: rule.
WITH failing AS (
    SELECT * FROM checks WHERE rule = $rule
),
place AS (
    SELECT digest, coalesce(index_digest, '') AS index_digest, registry, account, region, repository, name FROM fleet
    UNION ALL
    SELECT
        digest, split_part(coalesce(index_digest, ''), ' ', 1), registry, account, region, repository,
        repository || coalesce(':' || tags[1], '@' || left(digest, 19))
    FROM digests
    WHERE status IN ('partial', 'failed')
        AND NOT EXISTS (SELECT 1 FROM fleet WHERE (fleet.registry, fleet.repository, fleet.digest) = (digests.registry, digests.repository, digests.digest))
    UNION ALL
    SELECT registry || '/' || repository, '', registry, account, region, repository, repository FROM repositories
),
located AS (
    SELECT failing.*, place.* EXCLUDE (digest), place.digest FROM failing LEFT JOIN place ON place.digest = failing.image_digest
),
excepted AS (
    SELECT DISTINCT located.image_digest, located.registry, located.repository
    FROM (FROM exceptions_at(now()) WHERE rule = $rule AND state = 'active') AS told
    JOIN located ON covers_place(told, located)
)
SELECT
    coalesce(name, left(image_digest, 19)) AS name,
    CASE WHEN starts_with(image_digest, 'sha256:') THEN image_digest ELSE '' END AS digest,
    evidence, first_seen, account, region, coalesce(unknown, false) AS unknown,
    CASE WHEN coalesce(unknown, false) THEN 'unknown' WHEN excepted.repository IS NOT NULL THEN 'exempt' ELSE 'fail' END AS state
FROM located
LEFT JOIN excepted USING (image_digest, registry, repository)
ORDER BY list_position(['fail', 'exempt', 'unknown'], state), first_seen, name
