/* No package is new where all images are compared package by package, or nothing is said for the first time. */
CREATE OR REPLACE TEMP TABLE added AS
SELECT image_digest, package_key, subject, purl, path, layer, layer_index FROM vulnerable_packages LIMIT 0
