/* What a full matching judges: the packages of all that is present. Reads `packages` and `present`. */
CREATE OR REPLACE TEMP VIEW judged_package AS SELECT * FROM packages SEMI JOIN present USING (image_digest);
CREATE OR REPLACE TEMP VIEW package AS FROM judged_package
