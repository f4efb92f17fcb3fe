/* Package updates by what each one ends across the fleet: its highest fixed version ends all of these findings. Reads what
   `find_remedies` and `best_changes` leave. sources: where the layers that bring it are built from, those of most images first, and
   unsourced: of how many images nothing says it. */
WITH held AS MATERIALIZED (
    SELECT
        image, digest, layer_index, package, version, vulnerability, kev, grave, target, target_key,
        CASE WHEN kind.type IN ('deb', 'apk', 'rpm') THEN trim(os_id || ' ' || os_version) ELSE kind.type END AS system
    FROM occurrence
    JOIN kind USING (kind)
    JOIN fix ON fix.fix = kind.fix
    JOIN fleet_image USING (image)
    WHERE NOT settled AND fixed_version <> ''
),
built AS (
    SELECT DISTINCT package, system, image, source, revision, dockerfile FROM held JOIN stack USING (image, layer_index)
),
written AS (
    SELECT
        package, system, min(source) AS source, CASE WHEN count(DISTINCT revision) = 1 THEN min(revision) ELSE '' END AS revision, dockerfile,
        count(DISTINCT image) AS images
    FROM built
    WHERE source <> ''
    GROUP BY package, system, regexp_replace(source, '(\.git)?/?$', ''), dockerfile
),
origin AS (
    SELECT
        package, system, list({'source': source, 'revision': revision, 'dockerfile': dockerfile, 'images': images}
            ORDER BY images DESC, source, dockerfile) AS sources
    FROM written
    GROUP BY package, system
),
sourceless AS (
    SELECT package, system, count(*) AS unsourced
    FROM (SELECT package, system, image FROM built GROUP BY package, system, image HAVING max(source) = '')
    GROUP BY package, system
),
ended AS (
    SELECT
        package, system, coalesce(arg_max(target, target_key), max(target)) AS fixed_version, count(DISTINCT version) AS versions,
        count(DISTINCT image) AS images, count(*) FILTER (kev) AS exploited, count(*) FILTER (grave) AS grave, count(*) AS findings
    FROM held
    GROUP BY package, system
)
SELECT ended.*, coalesce(sources, []) AS sources, coalesce(unsourced, 0) AS unsourced
FROM ended
LEFT JOIN origin USING (package, system)
LEFT JOIN sourceless USING (package, system)
ORDER BY exploited DESC, grave DESC, findings DESC, package, system
LIMIT $limit
