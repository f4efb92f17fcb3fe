/* No image came, went or was read again since the last matching. In the columns of `touched_images.sql`. */
CREATE OR REPLACE TEMP TABLE touched_image (image_digest VARCHAR, here BOOLEAN, known BOOLEAN)
