/* No image came, went or was read again since the last matching, so that all that carry something are still there. In the columns of
   `event_images.sql`. */
CREATE OR REPLACE TEMP TABLE event_image (
    image_digest VARCHAR, here BOOLEAN, untagged BOOLEAN, excluded BOOLEAN, new BOOLEAN, read_anew BOOLEAN
)
