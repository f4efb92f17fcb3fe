/* The packages of the fleet, as matching reads them. Reads `packages` and `images`. */
CREATE OR REPLACE TEMP VIEW package AS
SELECT * FROM packages SEMI JOIN (SELECT digest AS image_digest FROM images WHERE state = 'present') AS here USING (image_digest)
