/* The images whose findings must be written, dealt into batches of about $rows rows. `whole`: all its findings are written again; where
   findings only opened, they alone are added. Reads `compared` and `findings`. */
CREATE OR REPLACE TEMP TABLE touched AS
WITH image AS (
    SELECT image_digest, NOT bool_and(opened) AS whole, count(*) FILTER (opened) AS opened, count(*) FILTER (closed) AS closed
    FROM compared
    GROUP BY image_digest
),
held AS (
    SELECT image_digest, count(*) AS rows FROM findings SEMI JOIN (FROM image WHERE whole) AS image USING (image_digest)
    GROUP BY image_digest
)
SELECT
    image_digest, whole,
    (sum(coalesce(held.rows, 0) + opened - closed + 1) OVER (PARTITION BY whole ORDER BY image_digest ROWS UNBOUNDED PRECEDING)
        // $rows)::BIGINT AS batch
FROM image LEFT JOIN held USING (image_digest)
