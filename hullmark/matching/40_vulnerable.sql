/* The packages of images that some verdict speaks of, each once. Reads `installed` and `verdict`.
   A package that stands twice in an image under one key counts once; `%` and `|` of a version are escaped in the key, which
   therefore no other package can have. */
CREATE OR REPLACE TEMP TABLE vulnerable AS
WITH keyed AS NOT MATERIALIZED (
    SELECT
        image_digest, type, name, version, purl, path, layer, layer_index, place, advisory_name, advisory_version, module,
        binary_name, package_key(type, name, version, arch, path) AS package_key, hash(image_digest, package_key) AS slot
    FROM installed SEMI JOIN verdict USING (place, advisory_name, advisory_version, module, binary_name)
),
repeated AS MATERIALIZED (
    SELECT slot FROM keyed GROUP BY slot HAVING count(*) > 1
)
SELECT * EXCLUDE (slot) FROM keyed ANTI JOIN repeated USING (slot)
UNION ALL (
    SELECT DISTINCT ON (image_digest, package_key) * EXCLUDE (slot) FROM keyed SEMI JOIN repeated USING (slot)
    ORDER BY image_digest, package_key, layer_index, advisory_name, advisory_version, module, binary_name
)
