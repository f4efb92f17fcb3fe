/* Their packages, as matching reads them. Reads `packages` and `past_image`. */
CREATE OR REPLACE TEMP VIEW package AS SELECT * FROM packages SEMI JOIN past_image USING (image_digest)
