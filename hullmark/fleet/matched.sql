/* What is known of the images of this part now, in the columns of `matched_images`: nothing of those that are gone, and no fingerprint
   of those that changed and were not judged whole. Reads `part_image`, `present` and `touched`. */
SELECT image_digest, $run AS run, $at::TIMESTAMPTZ AS "at", part_image.fingerprint
FROM part_image
SEMI JOIN present USING (image_digest)
WHERE part_image.fingerprint IS NOT NULL OR image_digest IN (SELECT image_digest FROM touched)
