/* The images that are still there, with their tags of today. Reads `carried` and `images`; gives the columns of `images`. */
SELECT images.* REPLACE (
    carried.tags AS tags, split_part(carried.index_digest, ' ', 1) AS index_digest, $at::TIMESTAMPTZ AS last_seen,
    'present' AS state
)
FROM images JOIN carried USING (registry, repository, digest)
