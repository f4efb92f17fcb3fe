/* How many pass, by rule and repository: the rows that differ from the newest ones of the lake. What an exception from a rule covers is
   counted as exempt and not as failing; what a rule does not know is counted apart. Reads `result`, `population` (rule, subject), `images`,
   `digests`, `repository`, `compliance`, and `exceptions_at`. Parameters: at, run. Gives the columns of `compliance`. */
WITH place AS (
    SELECT DISTINCT digest, coalesce(index_digest, '') AS index_digest, registry, account, repository FROM images WHERE state = 'present'
    UNION
    SELECT DISTINCT digest, split_part(coalesce(index_digest, ''), ' ', 1), registry, account, repository
    FROM digests WHERE status IN ('partial', 'failed')
    UNION
    SELECT subject, '', registry, account, repository FROM repository
),
asked AS (
    SELECT rule, subject FROM population
    UNION
    SELECT rule, image_digest FROM result WHERE unknown
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
        asked.rule, place.account, place.repository, count(*) FILTER (NOT coalesce(result.unknown, false)) AS population,
        count(*) FILTER (NOT result.unknown AND excepted.rule IS NULL) AS failing,
        count(*) FILTER (NOT result.unknown AND excepted.rule IS NOT NULL) AS exempt,
        count(*) FILTER (result.unknown) AS unknown
    FROM asked
    JOIN place ON place.digest = asked.subject
    LEFT JOIN result ON result.image_digest = asked.subject AND result.rule = asked.rule
    LEFT JOIN excepted ON excepted.rule = asked.rule AND excepted.digest = place.digest
        AND excepted.account = place.account AND excepted.repository = place.repository
    GROUP BY asked.rule, place.account, place.repository
),
latest AS (
    SELECT
        rule, account, repository, arg_max(population, "at") AS population, arg_max(failing, "at") AS failing,
        arg_max(coalesce(exempt, 0), "at") AS exempt, arg_max(coalesce(unknown, 0), "at") AS unknown
    FROM compliance
    GROUP BY ALL
)
SELECT
    $at::TIMESTAMPTZ AS "at", $run AS run, rule, account, repository, coalesce(score.population, 0) AS population,
    coalesce(score.failing, 0) AS failing, coalesce(score.exempt, 0) AS exempt, coalesce(score.unknown, 0) AS unknown
FROM score
FULL JOIN latest USING (rule, account, repository)
WHERE row(coalesce(score.population, 0), coalesce(score.failing, 0), coalesce(score.exempt, 0), coalesce(score.unknown, 0))
    <> row(coalesce(latest.population, -1), coalesce(latest.failing, -1), coalesce(latest.exempt, -1), coalesce(latest.unknown, -1))
