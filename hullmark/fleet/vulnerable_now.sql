/* The packages, of the images that are compared package by package, of which something is said. One that stands twice in an image under one
   key counts once. Reads `installed`, `vulnerable_subject` and `moved_image`. */
CREATE OR REPLACE TEMP TABLE vulnerable_now AS
WITH keyed AS NOT MATERIALIZED (
    SELECT
        image_digest, package_key(installed.type, installed.name, installed.version, arch, path) AS package_key, subject, purl, path,
        layer, layer_index, hash(image_digest, package_key) AS slot
    FROM installed JOIN vulnerable_subject ON is_subject(installed, vulnerable_subject)
    SEMI JOIN moved_image USING (image_digest)
),
repeated AS MATERIALIZED (
    SELECT slot FROM keyed GROUP BY slot HAVING count(*) > 1
)
SELECT * EXCLUDE (slot) FROM keyed ANTI JOIN repeated USING (slot)
UNION ALL (
    SELECT DISTINCT ON (image_digest, package_key) * EXCLUDE (slot) FROM keyed SEMI JOIN repeated USING (slot)
    ORDER BY image_digest, package_key, layer_index, subject
)
ORDER BY image_digest
