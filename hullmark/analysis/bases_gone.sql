-- The images whose base is known no longer. Reads `found` and `base_images`.
SELECT image_digest FROM base_images ANTI JOIN found USING (image_digest)
