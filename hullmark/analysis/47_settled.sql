/* The findings that an exception or VEX has settled in every place of their image: they need no change. Reads `image_standing`.
   Parameter: said, whether there is any exception or statement. */
CREATE OR REPLACE TEMP TABLE settled AS
SELECT image_digest, package_key, vulnerability FROM image_standing WHERE $said AND settled
