/* A number that says what a row of `vulnerable_packages` holds; sums of them say what an image holds. */
CREATE OR REPLACE TEMP MACRO content_of(package_key, subject, purl, path, layer, layer_index) AS (
    hash(package_key, subject, purl, path, layer, layer_index)::HUGEINT
)
