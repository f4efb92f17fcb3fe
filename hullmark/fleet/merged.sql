/* Rows of `known`, where they are also named by indexes that were resolved in this run. Reads `known`, `named`, `listing`. */
SELECT known.* REPLACE (
    CASE WHEN named.digest IS NULL THEN known.index_digest
         ELSE list_aggregate(list_sort(list_filter(list_distinct(list_concat(
             string_split(known.index_digest, ' '), string_split(named.index_digest, ' '))), lambda name: name <> '')), 'string_agg', ' ')
    END AS index_digest,
    CASE WHEN named.digest IS NULL OR len(listing.tags) > 0 THEN known.tags
         ELSE list_sort(list_distinct(list_concat(known.tags, named.tags)))
    END AS tags
)
FROM known
LEFT JOIN named USING (registry, repository, digest)
LEFT JOIN listing USING (registry, repository, digest)
