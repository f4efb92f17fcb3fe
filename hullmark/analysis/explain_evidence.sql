/* Where the packages of the image that were asked about lie, and what brought them. Reads `package` and `image_layers`. */
SELECT
    package_key(type, name, version, arch, path) AS package_key, type, name AS package, version AS installed, purl, path, origin, owner,
    package.layer, package.layer_index, coalesce(image_layers.created_by, '') AS created_by
FROM package
LEFT JOIN image_layers ON image_layers.image_digest = package.image_digest AND image_layers.layer_index = package.layer_index
WHERE list_contains($keys, package_key(type, name, version, arch, path))
    OR ($package <> '' AND $package IN (name, advisory_name))
ORDER BY path, package, installed
