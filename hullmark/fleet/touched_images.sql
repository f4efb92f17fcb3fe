/* The images whose packages were read, or that came or went, since the findings were last brought up to date; `here`: they are
   in a registry now; `known`: they were matched before. Reads `present`, `matched_images` and `digests`. */
CREATE OR REPLACE TEMP TABLE touched_image AS
WITH last_read AS (
    SELECT digest AS image_digest, max("at") AS "at", bool_or(run = $run) AS now FROM digests GROUP BY digest
)
SELECT image_digest, present.image_digest IS NOT NULL AS here, matched.image_digest IS NOT NULL AS known
FROM present
FULL JOIN matched_images AS matched USING (image_digest)
LEFT JOIN last_read USING (image_digest)
WHERE present.image_digest IS NULL OR matched.image_digest IS NULL OR last_read."at" > matched."at" OR last_read.now
