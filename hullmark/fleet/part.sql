/* One part of the images that are compared package by package: what is found now and what is stored, in the columns of `findings`.
   Reads `part_image`, `vulnerable_now`, `verdict_now` and `findings`. */
CREATE OR REPLACE TEMP TABLE part_package AS SELECT * FROM vulnerable_now SEMI JOIN part_image USING (image_digest);

CREATE OR REPLACE TEMP VIEW found AS SELECT * FROM part_package JOIN verdict_now USING (subject);

CREATE OR REPLACE TEMP VIEW stored AS SELECT * FROM findings SEMI JOIN part_image USING (image_digest)
