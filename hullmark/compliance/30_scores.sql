/* How many pass, by rule and repository: the rows that differ from the newest ones of the lake. What an exception from a rule covers is
   counted as exempt and not as failing; what a rule does not know is counted apart. Reads `result`, `asked` (rule, question), `population` (question,
   subject: many rules ask the same), `images`, `digests`, `repository`, `compliance`, and `exceptions_at`. Parameters: at, run. Gives the
   columns of `compliance`. */
WITH place AS (
    SELECT DISTINCT digest, coalesce(index_digest, '') AS index_digest, registry, account, repository FROM images WHERE state = 'present'
    UNION
    SELECT DISTINCT digest, split_part(coalesce(index_digest, ''), ' ', 1), registry, account, repository
    FROM digests WHERE status IN ('partial', 'failed')
    UNION
    SELECT subject, '', registry, account, repository FROM repository
),
told AS (
    SELECT * FROM exceptions_at($at::TIMESTAMPTZ) WHERE rule <> '' AND state = 'active'
),
excepted AS (
    SELECT DISTINCT told.rule, place.digest, place.account, place.repository
    FROM told JOIN place ON covers_place(told, place)
),
counted AS (
    SELECT question, account, repository, count(*) AS population
    FROM population JOIN place ON place.digest = population.subject
    GROUP BY question, account, repository
),
found AS (  -- inside: of the population; what fails outside of it does not count
    SELECT result.rule, image_digest, unknown, population.subject IS NOT NULL AS inside
    FROM result
    JOIN asked ON asked.rule = result.rule
    LEFT JOIN population ON population.question = asked.question AND population.subject = result.image_digest
),
judged AS (
    SELECT
        found.rule, place.account, place.repository, count(*) FILTER (NOT unknown AND excepted.rule IS NULL) AS failing,
        count(*) FILTER (NOT unknown AND excepted.rule IS NOT NULL) AS exempt, count(*) FILTER (unknown) AS unknown,
        count(*) FILTER (unknown AND inside) AS unknown_inside
    FROM (FROM found WHERE inside OR unknown) AS found
    JOIN place ON place.digest = found.image_digest
    LEFT JOIN excepted ON excepted.rule = found.rule AND excepted.digest = place.digest
        AND excepted.account = place.account AND excepted.repository = place.repository
    GROUP BY found.rule, place.account, place.repository
),
score AS (
    SELECT
        rule, account, repository, coalesce(population, 0) - coalesce(unknown_inside, 0) AS population, coalesce(failing, 0) AS failing,
        coalesce(exempt, 0) AS exempt, coalesce(unknown, 0) AS unknown
    FROM (SELECT rule, account, repository, population FROM counted JOIN asked USING (question))
    FULL JOIN judged USING (rule, account, repository)
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
