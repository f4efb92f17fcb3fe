/* Which images contain a package below a version? Reads `packages` and `images`. */
SELECT DISTINCT repository, tags, digest
FROM packages JOIN images ON images.digest = packages.image_digest
WHERE ecosystem = $ecosystem AND advisory_name = $name AND version_key < $key AND images.state = 'present'
