/* The images that came or were read again, in the columns of `matched_images`; $known: those that were matched before, or the others.
   Reads `touched_image`. */
SELECT image_digest, $run AS run, $at::TIMESTAMPTZ AS "at" FROM touched_image WHERE here AND known = $known
