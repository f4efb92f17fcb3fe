-- The rows of `checks` of every image whose rows differ from what the lake says. Reads `result` and `checks`.
WITH told AS (
    SELECT * REPLACE (coalesce(unknown, false) AS unknown) FROM checks
),
moved AS (
    (SELECT * FROM result EXCEPT SELECT * FROM told) UNION ALL (SELECT * FROM told EXCEPT SELECT * FROM result)
)
SELECT DISTINCT image_digest FROM moved
