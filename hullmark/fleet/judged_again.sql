/* What an incremental matching judges: all packages of the images that changed, and wherever they are, those that a changed
   advisory could be about. Reads `packages`, `present`, `touched_image` and `touched_package`. */
CREATE OR REPLACE TEMP TABLE judged_package AS
SELECT * FROM packages SEMI JOIN (FROM touched_image WHERE here) AS changed USING (image_digest)
UNION ALL
SELECT packages.* FROM packages
SEMI JOIN touched_package USING (ecosystem, advisory_name)
SEMI JOIN present USING (image_digest)
ANTI JOIN touched_image USING (image_digest);
CREATE OR REPLACE TEMP VIEW package AS FROM judged_package;
CREATE OR REPLACE TEMP VIEW beside AS FROM packages
