/* No image came, went or was read again since the last matching. In the columns of `touched_images.sql`. */
CREATE OR REPLACE TEMP TABLE touched_image AS SELECT image_digest, false AS here, false AS known FROM matched_images LIMIT 0
