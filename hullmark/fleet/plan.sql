/* What earlier runs of the same engine know of the digests that are listed now. Reads `listing`, `coverage`, `runs`; gives one
   row per digest whose row of the last run still holds, children of listed indexes included, in the columns of `coverage`. */
WITH latest AS (
    SELECT coverage.*, runs.engine
    FROM coverage JOIN runs USING (run)
    QUALIFY row_number() OVER (PARTITION BY registry, repository, digest ORDER BY coverage.at DESC) = 1
),
lasting AS (
    SELECT * FROM latest
    WHERE engine = $engine
      AND (
          status IN ('scanned', 'unchanged')
          OR (status = 'skipped' AND reason NOT IN ('untagged', 'archived'))
          OR (status IN ('partial', 'failed') AND list_contains($permanent, reason))
      )
),
own AS (
    SELECT lasting.* REPLACE (listing.tags AS tags, '' AS index_digest)
    FROM lasting JOIN listing USING (registry, repository, digest)
    WHERE len(listing.tags) > 0 AND listing.status <> 'ARCHIVED'
),
children AS (
    SELECT lasting.* REPLACE (own.tags AS tags)
    FROM lasting JOIN own ON own.registry = lasting.registry AND own.repository = lasting.repository
        AND own.digest = lasting.index_digest
    WHERE lasting.digest NOT IN (SELECT digest FROM own AS o WHERE o.registry = lasting.registry AND o.repository = lasting.repository)
)
SELECT
    $run AS run, registry, repository, digest, account, region, tags, media_type, subject, index_digest,
    CASE WHEN status = 'scanned' THEN 'unchanged' ELSE status END AS status, reason, detail, $at::TIMESTAMPTZ AS at
FROM (SELECT * FROM own UNION ALL SELECT * FROM children)
