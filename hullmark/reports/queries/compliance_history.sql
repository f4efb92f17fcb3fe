-- The share of passing answers over all rules after each change, for a line. Reads `compliance`.
WITH moment AS (SELECT DISTINCT "at" FROM compliance ORDER BY "at" DESC LIMIT 60),
state AS (
    SELECT moment."at", rule, account, repository, arg_max(population, compliance."at") AS population,
        arg_max(failing, compliance."at") AS failing
    FROM moment JOIN compliance ON compliance."at" <= moment."at"
    GROUP BY ALL
)
SELECT "at", 1 - sum(failing) / nullif(sum(population), 0) AS passing FROM state GROUP BY "at" ORDER BY "at"
