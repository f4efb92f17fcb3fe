/* What earlier runs of the same engine know of the digests that are listed now. Reads `listing`, `coverage`, `runs`; gives one
   row per digest whose row of the last run still holds, children of carried indexes included, in the columns of `coverage`.
   An index holds when all children that it answers for hold; a child holds while one such index does. */
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
    SELECT known.* REPLACE (listing.tags AS tags, '' AS index_digest)
    FROM known
    JOIN listing USING (registry, repository, digest)
    ANTI JOIN (SELECT registry, repository, parent AS digest FROM child WHERE NOT lasts) AS open USING (registry, repository, digest)
    WHERE known.lasts AND len(listing.tags) > 0 AND listing.status <> 'ARCHIVED'
),
kept AS (
    SELECT
        child.registry, child.repository, child.digest, any_value(child.account) AS account, any_value(child.region) AS region,
        list_sort(list_distinct(flatten(list(own.tags)))) AS tags, any_value(child.media_type) AS media_type,
        any_value(child.subject) AS subject, string_agg(DISTINCT child.parent, ' ' ORDER BY child.parent) AS index_digest,
        any_value(child.status) AS status, any_value(child.reason) AS reason, any_value(child.detail) AS detail
    FROM child
    JOIN own ON own.registry = child.registry AND own.repository = child.repository AND own.digest = child.parent
    ANTI JOIN (SELECT registry, repository, digest FROM listing WHERE len(tags) > 0 OR status = 'ARCHIVED') AS itself
        ON itself.registry = child.registry AND itself.repository = child.repository AND itself.digest = child.digest
    WHERE child.lasts
    GROUP BY child.registry, child.repository, child.digest
)
SELECT
    $run AS run, registry, repository, digest, account, region, tags, media_type, subject, index_digest,
    CASE WHEN status = 'scanned' THEN 'unchanged' ELSE status END AS status, reason, detail, $at::TIMESTAMPTZ AS at
FROM (SELECT * FROM own UNION ALL BY NAME SELECT * FROM kept)
