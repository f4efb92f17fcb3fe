/* The packages that are judged: those of images that are in a registry now, each image once. */
CREATE OR REPLACE TEMP VIEW package AS
SELECT * FROM packages SEMI JOIN (SELECT DISTINCT digest FROM images WHERE state = 'present') AS here
    ON packages.image_digest = here.digest
