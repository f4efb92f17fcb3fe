/* The images that a full matching compares row by row, dealt into parts of about $rows findings: all whose fingerprint is another than
   it was, and all when none is believed. Reads `present`, `expected`, `matched_images`, `touched_image` and `findings`. */
CREATE OR REPLACE TEMP TABLE doubtful AS
WITH image AS (
    SELECT image_digest FROM present
    UNION SELECT image_digest FROM touched_image
    UNION SELECT image_digest FROM findings WHERE NOT $trusted
)
SELECT
    image_digest, coalesce(expected.fingerprint, 0) AS fingerprint,
    (sum(coalesce(expected.rows, 0) + 1) OVER (ORDER BY image_digest ROWS UNBOUNDED PRECEDING) // $rows)::BIGINT AS part
FROM image
LEFT JOIN expected USING (image_digest)
LEFT JOIN matched_images AS matched USING (image_digest)
WHERE NOT $trusted OR matched.fingerprint IS DISTINCT FROM coalesce(expected.fingerprint, 0)
    OR image_digest IN (SELECT image_digest FROM touched_image)
