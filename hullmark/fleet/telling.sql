/* The verdicts whose change is an event for each image that carries their package, dealt into parts of about $rows findings. A new EPSS
   score is none. Reads `verdict_moved`, `vulnerable_packages` and `added`. */
CREATE OR REPLACE TEMP TABLE telling AS
WITH news AS (
    SELECT * FROM verdict_moved WHERE opened OR closed OR severity_changed OR range_changed OR exploitation_changed
),
weight AS (
    SELECT subject, count(*) AS rows
    FROM (SELECT subject FROM vulnerable_packages SEMI JOIN news USING (subject) UNION ALL SELECT subject FROM added)
    GROUP BY subject
)
SELECT
    news.*,
    (sum(coalesce(rows, 0) + 1) OVER (ORDER BY subject, vulnerability ROWS UNBOUNDED PRECEDING) // $rows)::BIGINT AS part
FROM news LEFT JOIN weight USING (subject)
