/* How many rows of coverage there are and how many images, each once whatever its places. Reads `answered`, `carried` and
   `rest`. An index is no image; one that could not be read at all counts as a failed one, for nobody knows what it holds. */
WITH looked_at AS (
    SELECT *, true AS fresh FROM answered UNION ALL BY NAME SELECT *, false AS fresh FROM carried
),
parent AS (
    SELECT DISTINCT registry, repository, unnest(string_split(index_digest, ' ')) AS digest FROM looked_at
),
image AS (
    SELECT
        digest,
        bool_or(status = 'unchanged' OR (status = 'partial' AND NOT fresh)) AS known,
        bool_or(status IN ('scanned', 'partial') AND fresh) AS read,
        bool_or(status = 'failed') AS failed
    FROM looked_at ANTI JOIN parent USING (registry, repository, digest)
    WHERE status = 'failed' OR (media_type NOT LIKE '%image.index%' AND media_type NOT LIKE '%manifest.list%')
    GROUP BY digest
)
SELECT
    (SELECT count(*) FROM looked_at) + (SELECT count(*) FROM rest) AS digests,
    count(*) FILTER (read AND NOT known) AS images_scanned,
    count(*) FILTER (known) AS images_unchanged,
    count(*) FILTER (failed AND NOT known AND NOT read) AS images_failed
FROM image
