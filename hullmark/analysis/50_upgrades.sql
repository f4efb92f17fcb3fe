/* What to upgrade: one row for each vulnerable package of each image of the fleet that has a fix, with the smallest version that ends
   everything which can be ended (the highest of its findings' fixed versions). Reads `findings`, `images`, `installed`, `settled`,
   `base_images`, `fixed_versions`. */
CREATE OR REPLACE TEMP TABLE fleet_image AS
SELECT
    digest, any_value(os_id) AS os_id, any_value(os_version) AS os_version, min(repository) AS repository,
    min(repository || coalesce(':' || tags[1], '@' || left(digest, 19))) AS name, coalesce(any_value(base_layers), 0) AS base_layers,
    -- where it is built from, by its own word (OCI image-spec, annotations.md)
    coalesce(min(said ->> '$."org.opencontainers.image.source"'), '') AS source,
    coalesce(min(said ->> '$."org.opencontainers.image.revision"'), '') AS revision
FROM (SELECT *, json_merge_patch(
    CASE WHEN json_valid(labels) THEN labels ELSE '{}' END, CASE WHEN json_valid(annotations) THEN annotations ELSE '{}' END
) AS said FROM images) AS images
LEFT JOIN base_images ON base_images.image_digest = images.digest
WHERE state = 'present'
GROUP BY digest;

CREATE OR REPLACE TEMP TABLE upgrade AS
WITH compared AS (
    SELECT purl, arg_min({'place': place, 'advisory_name': advisory_name, 'module': module, 'binary_name': binary_name}, place) AS terms
    FROM installed
    SEMI JOIN (SELECT DISTINCT purl FROM findings WHERE fixed_version <> '') AS fixable USING (purl)
    GROUP BY purl
),
target AS (
    SELECT
        image_digest, package_key, any_value(findings.type) AS type, any_value(package) AS package,
        any_value(version) AS installed, any_value(purl) AS purl, any_value(path) AS path, any_value(layer) AS layer,
        any_value(layer_index) AS layer_index,
        coalesce(arg_max(fixed_version, fixed_versions.version_key), max(fixed_version)) AS target,
        max(fixed_versions.version_key) AS target_key
    FROM findings
    SEMI JOIN fleet_image ON fleet_image.digest = findings.image_digest
    ANTI JOIN settled USING (image_digest, package_key, vulnerability)
    JOIN fixed_versions USING (type, fixed_version)
    GROUP BY image_digest, package_key
)
SELECT target.*, terms.place, terms.advisory_name, terms.module, terms.binary_name FROM target JOIN compared USING (purl)
