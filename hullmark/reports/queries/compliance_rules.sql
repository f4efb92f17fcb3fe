-- How many of how many images or repositories fail each rule now, how many are exempt from it, and of how many more it does not know.
-- Parameters: accounts, repositories (empty lists mean all).
WITH latest AS (
    SELECT
        rule, account, repository, arg_max(population, "at") AS population, arg_max(failing, "at") AS failing,
        arg_max(coalesce(exempt, 0), "at") AS exempt, arg_max(coalesce(unknown, 0), "at") AS unknown
    FROM compliance
    WHERE (len($accounts::VARCHAR[]) = 0 OR list_contains($accounts::VARCHAR[], account))
        AND (len($repositories::VARCHAR[]) = 0 OR list_contains($repositories::VARCHAR[], repository))
    GROUP BY ALL
)
SELECT rule, sum(population)::BIGINT AS population, sum(failing)::BIGINT AS failing, sum(exempt)::BIGINT AS exempt,
    sum(unknown)::BIGINT AS unknown
FROM latest
GROUP BY rule
HAVING sum(population) + sum(unknown) > 0
ORDER BY rule
