-- Where a package is: one row for each place of an image, package and version. Reads `compared`: which versions are wanted, and
-- whether they could be ordered. Parameters: name in lower case, the package's own or its source's; type, '' for any.
SELECT
    repository || coalesce(':' || tags[1], '@' || left(images.digest, 19)) AS image,
    registry, account, region, images.platform, images.digest, packages.type, packages.name AS package, packages.version,
    CASE WHEN packages.layer_index < base_layers THEN 'base' ELSE 'application' END AS part, base_name AS base,
    min(packages.layer_index) AS layer_index, list_sort(list(DISTINCT path)) AS paths, bool_and(ordered) AS ordered
FROM packages
JOIN compared ON compared.type = packages.type
    AND compared.compared = CASE WHEN lower(packages.name) = $name THEN packages.version ELSE packages.advisory_version END
JOIN images ON images.digest = packages.image_digest AND images.state = 'present'
LEFT JOIN base_images ON base_images.image_digest = images.digest
WHERE (lower(packages.name) = $name OR lower(packages.advisory_name) = $name) AND ($type = '' OR packages.type = $type)
GROUP BY ALL
ORDER BY image, registry, images.platform, images.digest, packages.type, package, packages.version
