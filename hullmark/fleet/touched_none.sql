/* No image came, went or was read again since the last matching, so that those that are present are those that were matched. In the columns
   of `touched_images.sql`. Reads `matched_images`. */
CREATE OR REPLACE TEMP TABLE touched_image (image_digest VARCHAR, here BOOLEAN, known BOOLEAN);
CREATE OR REPLACE TEMP VIEW present AS SELECT image_digest FROM matched_images
