/* The packages of `fresh` in the images that are not compared package by package. Reads `packages`, `present`, `moved_image` and `fresh`. */
CREATE OR REPLACE TEMP TABLE fresh_package AS
SELECT * FROM packages
SEMI JOIN fresh USING (ecosystem, advisory_name, advisory_version)
SEMI JOIN present USING (image_digest)
ANTI JOIN moved_image USING (image_digest);
CREATE OR REPLACE TEMP VIEW package AS FROM fresh_package;
CREATE OR REPLACE TEMP VIEW beside AS FROM packages
