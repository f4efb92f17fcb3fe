-- What lower layers of one image still ship although a later one removed or replaced it.
SELECT name, version, type, layer_index, removed_layer_index, nullif(replaced_by, '') AS replaced_by, path, purl
FROM removed_packages
WHERE image_digest = $digest
ORDER BY removed_layer_index, type, name, version, path
