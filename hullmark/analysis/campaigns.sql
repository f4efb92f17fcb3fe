/* The chosen changes, best first, each with what it ends beyond those before it. Reads `element`, `choice` (rebase, upgrade, rank, change),
   `change`, `made`, `kind`, `fix`, `fleet_image`, `images`, `arrival`, `newcomer`. revision and
   dockerfile: of the source, where all its images are of one. packages: the upgrades with the version that each goes to, the
   weightiest first. */
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
built_from AS (
    SELECT
        rank, coalesce(max(source), '') AS source, CASE WHEN count(DISTINCT revision) = 1 THEN max(revision) ELSE '' END AS revision,
        CASE WHEN count(DISTINCT (source, dockerfile)) = 1 THEN max(dockerfile) ELSE '' END AS dockerfile
    FROM (SELECT DISTINCT rank, made FROM taken) JOIN made USING (made) GROUP BY rank
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
    CASE WHEN rebase THEN '' ELSE coalesce(source, '') END AS source,
    CASE WHEN rebase THEN '' ELSE coalesce(revision, '') END AS revision,
    CASE WHEN rebase THEN '' ELSE coalesce(dockerfile, '') END AS dockerfile,
    CASE WHEN rebase THEN name END AS successor,
    closes, round(risk, 1) AS risk, exploited, grave, images, accounts, repositories,
    coalesce(packages, []) AS packages, coalesce(brings, 0) AS brings
FROM chosen
JOIN total USING (rank)
JOIN reach USING (rank)
JOIN spread USING (rank)
LEFT JOIN built_from USING (rank)
LEFT JOIN listed USING (rank)
LEFT JOIN news USING (rank)
ORDER BY rank
