/* What earlier runs of the same engine know of the digests that are listed now. Reads `listing`, `coverage`, `runs`; gives one
   row per digest whose row of the last run still holds, children of carried indexes included, in the columns of `coverage`.
   An index holds when all its children hold; a child without a tag of its own holds while one of its indexes does. */
WITH latest AS (
    SELECT coverage.*, runs.engine
    FROM coverage JOIN runs USING (run)
    QUALIFY row_number() OVER (PARTITION BY registry, repository, digest ORDER BY coverage.at DESC) = 1
),
known AS (
    SELECT
        latest.*,
        engine = $engine AND (
            status IN ('scanned', 'unchanged')
            OR (status = 'skipped' AND reason NOT IN ('untagged', 'archived', 'vanished'))
            -- an index may name what is not stored; should it be stored one day, it is looked at
            OR (status = 'skipped' AND reason = 'vanished' AND listed.digest IS NULL)
            OR (status IN ('partial', 'failed') AND list_contains($permanent, reason))
        ) AS lasts
    FROM latest
    LEFT JOIN (SELECT registry, repository, digest FROM listing) AS listed USING (registry, repository, digest)
),
child AS (
    SELECT known.*, unnest(string_split(index_digest, ' ')) AS parent FROM known WHERE index_digest <> ''
),
own AS (
    SELECT known.* REPLACE (listing.tags AS tags)
    FROM known
    JOIN listing USING (registry, repository, digest)
    ANTI JOIN (SELECT registry, repository, parent AS digest FROM child WHERE NOT lasts) AS open USING (registry, repository, digest)
    WHERE known.lasts AND len(listing.tags) > 0 AND listing.status <> 'ARCHIVED'
),
parents AS (
    SELECT
        child.registry, child.repository, child.digest, string_agg(DISTINCT child.parent, ' ' ORDER BY child.parent) AS indexes,
        list_sort(list_distinct(flatten(list(own.tags)))) AS tags
    FROM child
    JOIN own ON own.registry = child.registry AND own.repository = child.repository AND own.digest = child.parent
    GROUP BY child.registry, child.repository, child.digest
),
kept AS (
    SELECT known.* REPLACE (parents.tags AS tags)
    FROM known
    JOIN parents USING (registry, repository, digest)
    ANTI JOIN (SELECT registry, repository, digest FROM listing WHERE len(tags) > 0 OR status = 'ARCHIVED') AS itself
        USING (registry, repository, digest)
    WHERE known.lasts
)
SELECT
    $run AS run, registry, repository, digest, account, region, held.tags, media_type, subject,
    coalesce(parents.indexes, '') AS index_digest, CASE WHEN status = 'scanned' THEN 'unchanged' ELSE status END AS status,
    reason, detail, $at::TIMESTAMPTZ AS at
FROM (SELECT * FROM own UNION ALL BY NAME SELECT * FROM kept) AS held
LEFT JOIN parents USING (registry, repository, digest)
