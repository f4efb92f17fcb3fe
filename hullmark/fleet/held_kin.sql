/* The digests that are released with these: themselves, the indexes that name them, and the children that they name. */
WITH held AS (
    SELECT digest FROM failures WHERE held_until > $now::TIMESTAMPTZ
),
pair AS (
    SELECT digest, unnest(string_split(index_digest, ' ')) AS parent FROM digests WHERE index_digest <> ''
)
SELECT digest
FROM held
WHERE $all OR list_contains($digests, digest)
    OR digest IN (SELECT parent FROM pair WHERE list_contains($digests, digest))
    OR digest IN (SELECT digest FROM pair WHERE list_contains($digests, parent))
ORDER BY digest
