/* What earlier runs of the same engine know of the digests that are listed now. Reads `listing`, `wanted`, `digests`,
   `failures`; gives one row per digest whose last row still holds, children of carried indexes included, in the columns of `coverage`.
   An index holds when all its children hold; a child without a tag of its own holds while one of its indexes does.
   What is in quarantine holds as it is until its time is over. Only the last row of a digest counts, never history. */
WITH held AS (
    SELECT digest FROM failures WHERE held_until > $at::TIMESTAMPTZ
),
known AS (
    SELECT
        digests.* REPLACE (
            CASE WHEN is_held AND reason <> 'quarantined' THEN 'quarantined' ELSE reason END AS reason,
            CASE WHEN is_held AND reason <> 'quarantined' THEN 'Left alone after failing run after run (' || reason || '): ' || detail
                 ELSE detail END AS detail
        ),
        digests.engine = $engine AND (
            status IN ('scanned', 'unchanged')
            OR (status = 'skipped' AND NOT list_contains($passing, reason))
            -- an index may name what is not stored; should it be stored one day, it is looked at
            OR (status = 'skipped' AND reason = 'vanished' AND listed IS NULL)
            OR (status IN ('partial', 'failed') AND list_contains($permanent, reason))
            OR is_held
        ) AS lasts
    FROM (
        SELECT
            digests.*, listing.digest AS listed,
            digests.status IN ('partial', 'failed') AND NOT list_contains($permanent, digests.reason)
                AND digests.digest IN (SELECT digest FROM held) AS is_held
        FROM digests
        LEFT JOIN listing USING (registry, repository, digest)
    ) AS digests
),
child AS (
    SELECT known.*, unnest(string_split(index_digest, ' ')) AS parent FROM known WHERE index_digest <> ''
),
own AS (
    SELECT known.* REPLACE (listing.tags AS tags)
    FROM known
    JOIN wanted AS listing USING (registry, repository, digest)
    ANTI JOIN (SELECT registry, repository, parent AS digest FROM child WHERE NOT lasts) AS open USING (registry, repository, digest)
    WHERE known.lasts
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
    ANTI JOIN (
        SELECT registry, repository, digest FROM wanted
        UNION ALL SELECT registry, repository, digest FROM listing WHERE status = 'ARCHIVED'
    ) AS itself
        USING (registry, repository, digest)
    WHERE known.lasts
)
SELECT
    $run AS run, registry, repository, digest, account, region, held.tags, media_type, subject,
    coalesce(parents.indexes, '') AS index_digest, CASE WHEN status = 'scanned' THEN 'unchanged' ELSE status END AS status,
    reason, detail, $at::TIMESTAMPTZ AS at
FROM (SELECT * FROM own UNION ALL BY NAME SELECT * FROM kept) AS held
LEFT JOIN parents USING (registry, repository, digest)
