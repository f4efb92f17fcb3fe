-- The rows of `checks` of every image whose rows differ from what the lake says. Reads `result` and `checks`.
WITH moved AS (
    (SELECT * FROM result EXCEPT SELECT * FROM checks) UNION ALL (SELECT * FROM checks EXCEPT SELECT * FROM result)
)
SELECT DISTINCT image_digest FROM moved
