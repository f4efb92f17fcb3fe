/* The packages of this part. Reads `judged_package` and `part_image`. */
CREATE OR REPLACE TEMP VIEW package AS SELECT * FROM judged_package SEMI JOIN part_image USING (image_digest)
