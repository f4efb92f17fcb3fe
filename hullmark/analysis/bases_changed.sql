-- The bases that differ from what the lake says. Reads `found` and `base_images` (schema BASE_IMAGES).
SELECT * FROM found EXCEPT SELECT * FROM base_images
