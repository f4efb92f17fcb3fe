/* One part of the images that are compared. Reads `doubtful`. */
CREATE OR REPLACE TEMP TABLE part_image AS SELECT image_digest, fingerprint FROM doubtful WHERE part = $part
