/* How many pass, by rule and repository: the rows that differ from the newest ones of the lake. Reads `result`, `population` (rule,
   subject), `images`, `digests`, `compliance`. Parameters: at, run. Gives the columns of `compliance`. */
WITH place AS (
    SELECT DISTINCT digest, account, repository FROM images WHERE state = 'present'
    UNION
    SELECT DISTINCT digest, account, repository FROM digests WHERE status IN ('partial', 'failed')
),
score AS (
    SELECT
        population.rule, place.account, place.repository, count(*) AS population,
        count(*) FILTER (result.image_digest IS NOT NULL) AS failing
    FROM population
    JOIN place ON place.digest = population.subject
    LEFT JOIN result ON result.image_digest = population.subject AND result.rule = population.rule
    GROUP BY ALL
),
latest AS (
    SELECT rule, account, repository, arg_max(population, "at") AS population, arg_max(failing, "at") AS failing
    FROM compliance
    GROUP BY ALL
)
SELECT
    $at::TIMESTAMPTZ AS "at", $run AS run, rule, account, repository, coalesce(score.population, 0) AS population,
    coalesce(score.failing, 0) AS failing
FROM score
FULL JOIN latest USING (rule, account, repository)
WHERE coalesce(score.population, 0) <> coalesce(latest.population, -1) OR coalesce(score.failing, 0) <> coalesce(latest.failing, -1)
