/* What one image needs, step by step: first the base, then upgrades by kind of package, then what nothing ends yet. Reads `expected`,
   `brought`, `fleet_image`. Parameter: digest. closes: what the step ends after the steps before it; packages: name and version to
   go to, the weightiest first. */
WITH mine AS (
    SELECT
        *,
        CASE WHEN rebased THEN 'base' WHEN upgraded THEN 'upgrade' ELSE 'wait' END AS step,
        CASE WHEN step <> 'upgrade' THEN '' WHEN type IN ('deb', 'apk', 'rpm', 'alpm') THEN 'os' ELSE type END AS family
    FROM expected
    WHERE image_digest = $digest
),
bump AS (
    SELECT family, any_value(type) AS type, list({'name': package, 'version': target} ORDER BY risk DESC, package, target) AS packages
    FROM (
        SELECT family, type, package, target, sum(risk) AS risk FROM mine WHERE step = 'upgrade' GROUP BY ALL
    )
    GROUP BY family
),
news AS (
    SELECT CASE WHEN type IN ('deb', 'apk', 'rpm', 'alpm') THEN 'os' ELSE type END AS family, count(*) AS brings
    FROM brought
    WHERE image_digest = $digest
    GROUP BY family
)
SELECT
    step,
    mine.family,
    coalesce(any_value(bump.type), '') AS type, any_value(os_id) AS os_id, any_value(os_version) AS os_version,
    CASE WHEN step = 'base' THEN min(mine.successor_name) ELSE '' END AS successor_name,
    count(*) AS closes, count(*) FILTER (kev) AS exploited,
    count(*) FILTER (severity IN ('critical', 'high')) AS grave, round(sum(mine.risk), 1) AS risk,
    coalesce(any_value(news.brings), 0) AS brings, coalesce(any_value(bump.packages), []) AS packages
FROM mine
JOIN fleet_image ON fleet_image.digest = $digest
LEFT JOIN bump ON bump.family = mine.family
LEFT JOIN news ON news.family = mine.family
GROUP BY step, mine.family
ORDER BY list_position(['base', 'upgrade', 'wait'], step), mine.family <> 'os', sum(mine.risk) DESC, mine.family
