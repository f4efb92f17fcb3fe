/* The packages that two images do not have alike, one row a (type, name): added, removed, upgraded, downgraded, or changed, where the
   versions differ though neither is higher (another build, several versions, versions without an order). Parameters: before, after. */
WITH side AS (
    SELECT
        is_after, type, name, list_sort(list_distinct(list(version))) AS versions, max(version_key) AS key
    FROM packages JOIN (VALUES (false, $before), (true, $after)) AS asked(is_after, digest) ON digest = image_digest
    GROUP BY ALL
)
SELECT
    CASE WHEN old.name IS NULL THEN 'added' WHEN new.name IS NULL THEN 'removed' WHEN new.key > old.key THEN 'upgraded'
        WHEN new.key < old.key THEN 'downgraded' ELSE 'changed' END AS change,
    type, name, coalesce(array_to_string(old.versions, ', '), '') AS before, coalesce(array_to_string(new.versions, ', '), '') AS after
FROM (FROM side WHERE NOT is_after) AS old
FULL JOIN (FROM side WHERE is_after) AS new USING (type, name)
WHERE old.versions IS DISTINCT FROM new.versions
ORDER BY change, type, name
