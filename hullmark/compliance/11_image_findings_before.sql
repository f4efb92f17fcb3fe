/* As 11_image_findings.sql, from the rows of `findings` that an older Hullmark wrote. Reads `finding_due`. Parameter: now. */
CREATE OR REPLACE TEMP TABLE image_findings AS
WITH found AS (
    SELECT
        *, severity IN ('critical', 'high') AND fixed_version <> '' AS fixable, coalesce(due < $now::TIMESTAMPTZ, false) AS late,
        vulnerability || ' in ' || package AS example
    FROM finding_due
)
SELECT
    image_digest, count(*) FILTER (fixable) AS fixable, min(example) FILTER (fixable) AS fixable_example,
    count(*) FILTER (kev) AS exploited, min(example) FILTER (kev) AS exploited_example,
    count(*) FILTER (late) AS overdue, min(due) FILTER (late) AS earliest
FROM found
GROUP BY image_digest
