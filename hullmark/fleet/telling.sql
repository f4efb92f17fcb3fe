/* The verdicts whose change is an event for each image that carries their package, dealt into parts of about $rows findings. A new EPSS
   score is none. taken_back: its advisory has been withdrawn, or its CVE rejected. Reads `verdict_moved`, `taken_back`,
   `vulnerable_packages` and `added`. */
CREATE OR REPLACE TEMP TABLE telling AS
WITH news AS (
    SELECT moved.*, CASE WHEN closed THEN coalesce(cve.reason, advisory.reason) END AS taken_back
    FROM verdict_moved AS moved
    LEFT JOIN taken_back AS cve ON cve.name = moved.vulnerability AND cve.reason = 'rejected'
    LEFT JOIN taken_back AS advisory ON advisory.name = moved.old_advisory
    WHERE opened OR closed OR severity_changed OR range_changed OR exploitation_changed
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
