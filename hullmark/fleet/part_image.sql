/* One part of the images that are compared package by package. Reads `doubtful`. */
CREATE OR REPLACE TEMP TABLE part_image AS SELECT image_digest FROM doubtful WHERE part = $part
