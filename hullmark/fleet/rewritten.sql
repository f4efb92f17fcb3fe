/* The images of this part whose packages must be written, and whether some of theirs are stored (`held`).
   Reads `part_image`, `part_package` and `vulnerable_packages`. */
CREATE OR REPLACE TEMP TABLE rewritten AS
WITH now AS (
    SELECT image_digest, sum(content_of(package_key, subject, purl, path, layer, layer_index)) AS content
    FROM part_package GROUP BY image_digest
),
stored AS (
    SELECT image_digest, sum(content_of(package_key, subject, purl, path, layer, layer_index)) AS content
    FROM vulnerable_packages SEMI JOIN part_image USING (image_digest) GROUP BY image_digest
)
SELECT image_digest, stored.image_digest IS NOT NULL AS held
FROM now FULL JOIN stored USING (image_digest)
WHERE now.content IS DISTINCT FROM stored.content
