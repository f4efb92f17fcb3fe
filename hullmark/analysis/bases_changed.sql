-- The images whose base differs from what the lake says, or is known no longer. Reads `found` and `base_images` (schema BASE_IMAGES).
SELECT DISTINCT image_digest
FROM ((SELECT * FROM found EXCEPT SELECT * FROM base_images) UNION ALL (SELECT * FROM base_images EXCEPT SELECT * FROM found))
