-- The share of passing answers after changes, for a line, oldest first, from the first day on; where there are more than 60 changes, one
-- stands for those of its stretch of time. Reads `compliance`. Parameters: accounts, repositories, rules (all for none).
WITH asked AS (
    SELECT *
    FROM compliance
    WHERE (len($accounts::VARCHAR[]) = 0 OR list_contains($accounts::VARCHAR[], account))
        AND (len($repositories::VARCHAR[]) = 0 OR list_contains($repositories::VARCHAR[], repository))
        AND (len($rules::VARCHAR[]) = 0 OR list_contains($rules::VARCHAR[], rule))
),
changed AS (
    SELECT
        "at", epoch("at") AS moment, min(moment) OVER () AS low, max(moment) OVER () AS high, count(*) OVER () AS number,
        row_number() OVER (ORDER BY "at") = 1 AS is_first
    FROM (SELECT DISTINCT "at" FROM asked)
),
moment AS (
    SELECT max("at") AS "at"
    FROM changed
    GROUP BY CASE WHEN number <= 60 THEN moment WHEN is_first THEN -1 ELSE floor(59 * (moment - low) / (high - low)) END
),
state AS (
    SELECT
        moment."at", rule, account, repository, arg_max(population, asked."at") AS population, arg_max(failing, asked."at") AS failing
    FROM moment JOIN asked ON asked."at" <= moment."at"
    GROUP BY ALL
)
SELECT "at", 1 - sum(failing) / nullif(sum(population), 0) AS passing FROM state GROUP BY "at" ORDER BY "at"
