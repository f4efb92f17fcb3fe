/* The findings that an exception or VEX has settled, in each place where it has. Reads `standing`. Parameter: said, whether there is any
   exception or statement. */
CREATE OR REPLACE TEMP TABLE settled_there AS
SELECT registry, repository, image_digest, package_key, vulnerability FROM standing WHERE $said AND settled
