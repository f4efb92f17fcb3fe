/* The chosen changes, best first, each with what it ends beyond those before it. Reads `element`, `choice` (rebase, upgrade, rank, key),
   `images`, `brought`, `image_layers`. packages: the upgrades with the version that each goes to, the weightiest first. */
WITH taken AS (
    SELECT element.*, choice.rank, choice.key
    FROM element
    JOIN choice ON choice.rebase IS NOT DISTINCT FROM element.rebase AND choice.upgrade IS NOT DISTINCT FROM element.upgrade
),
place AS (
    SELECT digest AS image_digest, list(DISTINCT account) AS accounts, list(DISTINCT repository) AS repositories
    FROM images
    WHERE state = 'present'
    GROUP BY digest
),
reach AS (
    SELECT
        rank, count(*) AS images, len(list_distinct(flatten(list(accounts)))) AS accounts,
        list_sort(list_distinct(flatten(list(repositories)))) AS repositories
    FROM (SELECT DISTINCT rank, image_digest FROM taken) JOIN place USING (image_digest)
    GROUP BY rank
),
bump AS (
    SELECT rank, list(package || ' ' || target ORDER BY risk DESC, package, target) AS packages
    FROM (
        SELECT rank, package, target, sum(risk) AS risk FROM taken WHERE starts_with(key, 'upgrade|') GROUP BY rank, package, target
    )
    GROUP BY rank
),
news AS (
    SELECT rank, count(*) AS brings
    FROM brought
    JOIN (SELECT DISTINCT rank, image_digest, package_key FROM taken WHERE starts_with(key, 'upgrade|')) AS changed
        USING (image_digest, package_key)
    GROUP BY rank
)
SELECT
    taken.rank,
    CASE WHEN starts_with(taken.key, 'base|') THEN 'base' ELSE split_part(taken.key, '|', 3) END AS kind,
    CASE
        WHEN starts_with(taken.key, 'base|') THEN 'Build again on ' || min(successor_name)
        WHEN split_part(taken.key, '|', 3) = 'os' THEN 'Upgrade OS packages in ' || min(made_in)
        ELSE 'Upgrade ' || split_part(taken.key, '|', 3) || ' packages in ' || min(made_in)
    END AS change,
    CASE WHEN starts_with(taken.key, 'base|') THEN '' ELSE min(made_in) END AS made_in,
    CASE WHEN starts_with(taken.key, 'base|') THEN '' ELSE coalesce(max(source), '') END AS source,
    any_value(successor) FILTER (starts_with(taken.key, 'base|')) AS successor,
    count(*) AS closes, round(sum(risk), 1) AS risk, count(*) FILTER (kev) AS exploited,
    count(*) FILTER (severity IN ('critical', 'high')) AS grave,
    any_value(reach.images) AS images, any_value(reach.accounts) AS accounts, any_value(reach.repositories) AS repositories,
    coalesce(any_value(bump.packages), []) AS packages, coalesce(any_value(news.brings), 0) AS brings
FROM taken
JOIN reach USING (rank)
LEFT JOIN bump USING (rank)
LEFT JOIN news USING (rank)
GROUP BY taken.rank, taken.key
ORDER BY taken.rank
