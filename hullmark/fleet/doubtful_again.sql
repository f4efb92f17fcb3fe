/* The images that an incremental matching compares, in the parts that it judged, dealt into parts of about $rows findings. Only an image
   of which everything was judged has a fingerprint. Reads `judged_package`, `touched_image` and `expected`. */
CREATE OR REPLACE TEMP TABLE doubtful AS
WITH image AS (
    SELECT DISTINCT image_digest FROM judged_package UNION SELECT image_digest FROM touched_image
)
SELECT
    image_digest, CASE WHEN touched_image.here THEN coalesce(expected.fingerprint, 0) END AS fingerprint,
    (sum(coalesce(expected.rows, 0) + 1) OVER (ORDER BY image_digest ROWS UNBOUNDED PRECEDING) // $rows)::BIGINT AS part
FROM image
LEFT JOIN expected USING (image_digest)
LEFT JOIN touched_image USING (image_digest)
