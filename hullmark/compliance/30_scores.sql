/* How many pass, by rule and repository: the rows that differ from the newest ones of the lake. What an exception from a rule covers is
   counted as exempt and not as failing. Reads `result`, `population` (rule, subject), `images`, `digests`, `compliance`, and
   `exceptions_at`. Parameters: at, run. Gives the columns of `compliance`. */
WITH place AS (
    SELECT DISTINCT digest, coalesce(index_digest, '') AS index_digest, registry, account, repository FROM images WHERE state = 'present'
    UNION
    SELECT DISTINCT digest, split_part(coalesce(index_digest, ''), ' ', 1), registry, account, repository
    FROM digests WHERE status IN ('partial', 'failed')
),
told AS (
    SELECT * FROM exceptions_at($at::TIMESTAMPTZ) WHERE rule <> '' AND state = 'active'
),
excepted AS (
    SELECT DISTINCT told.rule, place.digest, place.account, place.repository
    FROM told JOIN place ON covers_place(told, place)
),
score AS (
    SELECT
        population.rule, place.account, place.repository, count(*) AS population,
        count(*) FILTER (result.image_digest IS NOT NULL AND excepted.rule IS NULL) AS failing,
        count(*) FILTER (result.image_digest IS NOT NULL AND excepted.rule IS NOT NULL) AS exempt
    FROM population
    JOIN place ON place.digest = population.subject
    LEFT JOIN result ON result.image_digest = population.subject AND result.rule = population.rule
    LEFT JOIN excepted ON excepted.rule = population.rule AND excepted.digest = place.digest
        AND excepted.account = place.account AND excepted.repository = place.repository
    GROUP BY population.rule, place.account, place.repository
),
latest AS (
    SELECT
        rule, account, repository, arg_max(population, "at") AS population, arg_max(failing, "at") AS failing,
        arg_max(coalesce(exempt, 0), "at") AS exempt
    FROM compliance
    GROUP BY ALL
)
SELECT
    $at::TIMESTAMPTZ AS "at", $run AS run, rule, account, repository, coalesce(score.population, 0) AS population,
    coalesce(score.failing, 0) AS failing, coalesce(score.exempt, 0) AS exempt
FROM score
FULL JOIN latest USING (rule, account, repository)
WHERE row(coalesce(score.population, 0), coalesce(score.failing, 0), coalesce(score.exempt, 0))
    <> row(coalesce(latest.population, -1), coalesce(latest.failing, -1), coalesce(latest.exempt, -1))
