/* What one image needs, step by step: first the base, then upgrades by kind of package, then packages that nothing runs and no version
   mends (docs/matching.md has the rules that say so), which may be removed, then what nothing ends yet. Reads `expected`,
   `brought`, `newcomer`, `fleet_image`. Parameter: digest. closes: what the step ends after the steps before it; packages: name and version to
   go to, the weightiest first; copies: of packages of a language that are there in several versions, each with its path and where it is to go. */
WITH mine AS (
    SELECT
        *,
        CASE WHEN rebased THEN 'base' WHEN upgraded THEN 'upgrade' WHEN "rule" <> '' THEN 'remove' ELSE 'wait' END AS step,
        CASE WHEN step NOT IN ('upgrade', 'remove') THEN '' WHEN type IN ('deb', 'apk', 'rpm', 'alpm') THEN 'os' ELSE type END AS family
    FROM expected
    WHERE image_digest = $digest
),
bump AS (
    SELECT step, family, any_value(type) AS type, list({'name': package, 'version': coalesce(target, '')} ORDER BY risk DESC, package, target) AS packages
    FROM (
        SELECT step, family, type, package, target, sum(risk) AS risk FROM mine WHERE step IN ('upgrade', 'remove') GROUP BY ALL
    )
    GROUP BY step, family
),
versioned AS (
    SELECT *
    FROM (
        SELECT DISTINCT
            step, family, package AS name, version, coalesce(target, '') AS target,
            regexp_extract(package_key, '^([^|]*[|]){4}(.*)$', 2) AS path
        FROM mine
        WHERE step = 'upgrade' AND family <> 'os'
    )
    QUALIFY min(version) OVER (PARTITION BY step, family, name) <> max(version) OVER (PARTITION BY step, family, name)
),
copied AS (
    SELECT step, family, list({'name': name, 'version': version, 'path': path, 'target': target} ORDER BY name, path, version) AS copies
    FROM versioned
    GROUP BY step, family
),
news AS (
    SELECT CASE WHEN type IN ('deb', 'apk', 'rpm', 'alpm') THEN 'os' ELSE type END AS family, count(*) AS brings
    FROM brought
    WHERE image_digest = $digest
    GROUP BY family
),
newcomers AS (
    SELECT count(*) AS brings FROM newcomer WHERE image_digest = $digest
)
SELECT
    mine.step,
    mine.family,
    coalesce(any_value(bump.type), '') AS type, any_value(os_id) AS os_id, any_value(os_version) AS os_version,
    CASE WHEN mine.step = 'base' THEN min(mine.successor_name) ELSE '' END AS successor_name,
    count(*) AS closes, count(*) FILTER (kev) AS exploited,
    count(*) FILTER (severity IN ('critical', 'high')) AS grave, round(sum(mine.risk), 1) AS risk,
    CASE mine.step WHEN 'base' THEN (SELECT brings FROM newcomers) WHEN 'upgrade' THEN coalesce(any_value(news.brings), 0) ELSE 0 END AS brings,
    coalesce(any_value(bump.packages), []) AS packages, coalesce(any_value(copied.copies), []) AS copies
FROM mine
JOIN fleet_image ON fleet_image.digest = $digest
LEFT JOIN bump ON bump.step = mine.step AND bump.family = mine.family
LEFT JOIN copied ON copied.step = mine.step AND copied.family = mine.family
LEFT JOIN news ON news.family = mine.family
GROUP BY mine.step, mine.family
ORDER BY list_position(['base', 'upgrade', 'remove', 'wait'], mine.step), mine.family <> 'os', sum(mine.risk) DESC, mine.family
