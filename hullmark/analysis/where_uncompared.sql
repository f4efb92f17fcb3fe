-- The images that lie in a registry now and were not compared with advisories yet.
SELECT DISTINCT repository || coalesce(':' || tags[1], '@' || left(digest, 19)) AS name
FROM images
ANTI JOIN matched_images ON matched_images.image_digest = images.digest
WHERE state = 'present'
ORDER BY name
