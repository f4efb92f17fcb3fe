/* Packages of which something is said for the first time, in the images that are not compared package by package, in the columns of
   `vulnerable_packages` without times. Reads `fresh`, `installed`, `moved_image` and `vulnerable_packages`. */
CREATE OR REPLACE TEMP TABLE added AS
WITH held AS MATERIALIZED (
    SELECT image_digest, package_key FROM vulnerable_packages SEMI JOIN fresh USING (subject)
),
keyed AS (
    SELECT
        image_digest, package_key(installed.type, installed.name, installed.version, arch, path) AS package_key, subject, purl, path,
        layer, layer_index
    FROM installed JOIN fresh ON is_subject(installed, fresh)
    ANTI JOIN moved_image USING (image_digest)
)
SELECT DISTINCT ON (image_digest, package_key) * FROM keyed ANTI JOIN held USING (image_digest, package_key)
ORDER BY image_digest, package_key, layer_index, subject
