/* The images that are compared package by package, dealt into parts of about $rows findings. Reads `moved_image`, `vulnerable_now`,
   `verdict_now` and `findings`. */
CREATE OR REPLACE TEMP TABLE doubtful AS
WITH weight AS (
    SELECT subject, count(*) AS rows FROM verdict_now GROUP BY subject
),
now AS (
    SELECT image_digest, sum(rows) AS rows FROM vulnerable_now JOIN weight USING (subject) GROUP BY image_digest
),
stored AS (
    SELECT image_digest, count(*) AS rows FROM findings SEMI JOIN moved_image USING (image_digest) GROUP BY image_digest
)
SELECT
    image_digest,
    (sum(greatest(coalesce(now.rows, 0), coalesce(stored.rows, 0)) + 1) OVER (ORDER BY image_digest ROWS UNBOUNDED PRECEDING)
        // $rows)::BIGINT AS part
FROM moved_image LEFT JOIN now USING (image_digest) LEFT JOIN stored USING (image_digest)
