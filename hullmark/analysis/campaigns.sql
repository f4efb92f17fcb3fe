/* The chosen changes, best first, each with what it ends beyond those before it. Reads `element`, `choice` (rebase, upgrade, rank, change),
   `change`, `made`, `kind`, `fix`, `fleet_image`, `images`, `arrival`, `newcomer`. sources: where the change is written down, those of most
   images first: of an upgrade what builds the layer, of a new base what builds each image that stands on the old one; their revision
   where all these images are of one. unsourced: of how many images nothing says it. packages: the upgrades with the version that each
   goes to, the weightiest first. */
WITH taken AS MATERIALIZED (
    SELECT rank, image, pkg, fix, made, closes, exploited, grave, risk
    FROM element JOIN choice USING (rebase, upgrade)
),
chosen AS (
    SELECT DISTINCT rank, choice.change, change.rebase, name, family FROM choice JOIN change ON change.change = choice.change
),
total AS (
    SELECT rank, sum(closes)::BIGINT AS closes, sum(risk) AS risk, sum(exploited)::BIGINT AS exploited, sum(grave)::BIGINT AS grave
    FROM taken
    GROUP BY rank
),
place AS MATERIALIZED (
    SELECT DISTINCT image, dense_rank() OVER (ORDER BY account, images.repository) AS place, account, images.repository
    FROM images JOIN fleet_image USING (digest)
    WHERE state = 'present'
),
touched AS MATERIALIZED (
    SELECT DISTINCT rank, image FROM taken
),
spread AS (
    SELECT rank, count(DISTINCT account) AS accounts, list_sort(list(DISTINCT repository)) AS repositories
    FROM (SELECT DISTINCT rank, place FROM touched JOIN place USING (image))
    JOIN (SELECT DISTINCT place, account, repository FROM place) USING (place)
    GROUP BY rank
),
reach AS (
    SELECT rank, count(*) AS images, min(successor_name) AS successor_name
    FROM touched JOIN fleet_image USING (image)
    GROUP BY rank
),
built AS MATERIALIZED (
    SELECT DISTINCT
        rank, image, CASE WHEN rebase THEN fleet_image.source ELSE made.source END AS source,
        CASE WHEN rebase THEN fleet_image.revision ELSE made.revision END AS revision,
        CASE WHEN rebase THEN fleet_image.dockerfile ELSE made.dockerfile END AS dockerfile
    FROM (SELECT DISTINCT rank, image, made FROM taken) JOIN chosen USING (rank) JOIN fleet_image USING (image) LEFT JOIN made USING (made)
),
written AS (
    SELECT
        rank, min(source) AS source, CASE WHEN count(DISTINCT revision) = 1 THEN min(revision) ELSE '' END AS revision, dockerfile,
        count(DISTINCT image) AS images
    FROM built
    WHERE source <> ''
    GROUP BY rank, regexp_replace(source, '(\.git)?/?$', ''), dockerfile
),
origin AS (
    SELECT
        rank, list({'source': source, 'revision': revision, 'dockerfile': dockerfile, 'images': images}
            ORDER BY images DESC, source, dockerfile) AS sources
    FROM written
    GROUP BY rank
),
sourceless AS (
    SELECT rank, count(*) AS unsourced FROM (SELECT rank, image FROM built GROUP BY rank, image HAVING max(source) = '') GROUP BY rank
),
upgraded AS (
    SELECT rank, pkg, fix, sum(risk) AS risk FROM taken SEMI JOIN (SELECT rank FROM chosen WHERE NOT rebase) USING (rank) GROUP BY ALL
),
named AS (
    SELECT rank, package, target, sum(upgraded.risk) AS risk
    FROM upgraded
    JOIN (SELECT DISTINCT pkg, package FROM kind) USING (pkg)
    JOIN (SELECT fix, target FROM fix) USING (fix)
    GROUP BY rank, package, target
),
listed AS (
    SELECT rank, list(package || ' ' || target ORDER BY round(risk, 6) DESC, package, target) AS packages FROM named GROUP BY rank
),
news AS (
    SELECT rank, count(*) AS brings
    FROM arrival
    JOIN (SELECT DISTINCT rank, image, pkg FROM taken SEMI JOIN arrival USING (image, pkg)) USING (image, pkg)
    JOIN (SELECT rank FROM chosen WHERE NOT rebase) USING (rank)
    GROUP BY rank
    UNION ALL
    SELECT rank, count(*) AS brings
    FROM newcomer
    JOIN (SELECT rank, image FROM touched JOIN chosen USING (rank) WHERE rebase) USING (image)
    GROUP BY rank
)
SELECT
    rank,
    CASE WHEN rebase THEN 'base' ELSE family END AS kind,
    CASE
        WHEN rebase THEN 'Build again on ' || successor_name
        WHEN family = 'os' THEN 'Upgrade OS packages in ' || name
        ELSE 'Upgrade ' || family || ' packages in ' || name
    END AS change,
    CASE WHEN rebase THEN '' ELSE name END AS made_in,
    coalesce(sources, []) AS sources, coalesce(unsourced, 0) AS unsourced,
    CASE WHEN rebase THEN name END AS successor,
    closes, round(risk, 1) AS risk, exploited, grave, images, accounts, repositories,
    coalesce(packages, []) AS packages, coalesce(brings, 0) AS brings
FROM chosen
JOIN total USING (rank)
JOIN reach USING (rank)
JOIN spread USING (rank)
LEFT JOIN origin USING (rank)
LEFT JOIN sourceless USING (rank)
LEFT JOIN listed USING (rank)
LEFT JOIN news USING (rank)
ORDER BY rank
