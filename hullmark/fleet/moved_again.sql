/* The images that an incremental matching compares package by package: those that came, went or were read again.
   Reads `touched_image`. */
CREATE OR REPLACE TEMP TABLE moved_image AS SELECT image_digest FROM touched_image
