-- What could not be read in one image.
SELECT path, cataloger, reason, layer
FROM problems
WHERE image_digest = $digest
ORDER BY path, cataloger, reason, layer
