/* The packages of one image, as matching reads them. Reads `packages`; `asked` holds its digest. */
CREATE OR REPLACE TEMP VIEW package AS SELECT * FROM packages SEMI JOIN asked USING (image_digest)
