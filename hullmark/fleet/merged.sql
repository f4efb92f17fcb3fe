/* The carried rows, where children are also named by indexes that were resolved in this run. Reads `carried` and `named`. */
SELECT carried.* REPLACE (
    CASE WHEN carried.index_digest = '' OR named.digest IS NULL THEN carried.index_digest
         ELSE list_aggregate(list_sort(list_distinct(list_concat(
             string_split(carried.index_digest, ' '), string_split(named.index_digest, ' ')))), 'string_agg', ' ')
    END AS index_digest,
    CASE WHEN carried.index_digest = '' OR named.digest IS NULL THEN carried.tags
         ELSE list_sort(list_distinct(list_concat(carried.tags, named.tags)))
    END AS tags
)
FROM carried LEFT JOIN named USING (registry, repository, digest)
