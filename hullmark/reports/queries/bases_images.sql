-- Each image of the fleet with what it stands on, as an edge of the family tree. Reads `base_images` and `images`.
SELECT
    coalesce(nullif(base_digest, ''), base_name) AS base, image_digest AS image, base_layers AS layers, method, confidence,
    min(repository || coalesce(':' || tags[1], '@' || left(digest, 19))) AS name
FROM base_images
JOIN images ON images.digest = base_images.image_digest AND images.state = 'present'
GROUP BY base_digest, base_name, image_digest, base_layers, method, confidence
ORDER BY base, name, image
