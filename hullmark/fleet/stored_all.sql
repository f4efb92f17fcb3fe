/* The stored findings that a full matching compares: all of the images of this part. Reads `findings` and `part_image`. */
CREATE OR REPLACE TEMP VIEW stored AS SELECT * FROM findings SEMI JOIN part_image USING (image_digest)
