-- How many of how many images fail each rule now, and how many are exempt from it. Parameters: accounts, repositories (empty lists
-- mean all).
WITH latest AS (
    SELECT
        rule, account, repository, arg_max(population, "at") AS population, arg_max(failing, "at") AS failing,
        arg_max(coalesce(exempt, 0), "at") AS exempt
    FROM compliance
    WHERE (len($accounts::VARCHAR[]) = 0 OR list_contains($accounts::VARCHAR[], account))
        AND (len($repositories::VARCHAR[]) = 0 OR list_contains($repositories::VARCHAR[], repository))
    GROUP BY ALL
)
SELECT rule, sum(population)::BIGINT AS population, sum(failing)::BIGINT AS failing, sum(exempt)::BIGINT AS exempt
FROM latest
GROUP BY rule
HAVING sum(population) > 0
ORDER BY rule
