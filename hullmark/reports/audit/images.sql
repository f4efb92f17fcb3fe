/* The images that were in a registry at a time: known by then, and still seen by the last scan before it or by a later one. A time
   in which an image was away is not known. Tags are those that pointed to it, or to its index, then. Parameter: moment. */
WITH last_scan AS (
    SELECT coalesce(max(started), TIMESTAMPTZ '1970-01-01') AS started FROM runs WHERE kind = 'scan' AND finished <= $moment::TIMESTAMPTZ
        AND state IN ('completed', 'incomplete')
),
pointed AS (
    SELECT registry, repository, digest AS root, array_to_string(list_sort(list(tag)), ' ') AS tags
    FROM tags
    WHERE since <= $moment::TIMESTAMPTZ AND (until IS NULL OR until > $moment::TIMESTAMPTZ)
    GROUP BY ALL
)
SELECT
    images.account, images.region, images.registry, images.repository, images.digest,
    concat_ws(' ', own.tags, indexed.tags) AS tags, images.platform, images.os_id, images.os_version, images.size,
    images.pushed_at, images.created_at, images.first_seen
FROM images
CROSS JOIN last_scan
LEFT JOIN pointed AS own ON own.registry = images.registry AND own.repository = images.repository AND own.root = images.digest
LEFT JOIN pointed AS indexed ON indexed.registry = images.registry AND indexed.repository = images.repository
    AND indexed.root = images.index_digest
WHERE first_seen <= $moment::TIMESTAMPTZ AND last_seen >= last_scan.started
ORDER BY images.registry, images.repository, images.digest
