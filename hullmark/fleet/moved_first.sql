/* The images that are compared package by package when no verdicts are stored, or those of a matcher that named
   packages otherwise: all that are there, and all with
   findings. Reads `present`, `touched_image` and `findings`. */
CREATE OR REPLACE TEMP TABLE moved_image AS
SELECT image_digest FROM present
UNION SELECT image_digest FROM touched_image
UNION SELECT image_digest FROM findings
