/* The findings that an exception or VEX has settled in every place of their image: they need no change. Reads `settled_there` and
   `image_exposure`. */
CREATE OR REPLACE TEMP TABLE settled AS
SELECT image_digest, package_key, vulnerability
FROM settled_there JOIN image_exposure USING (image_digest)
GROUP BY image_digest, package_key, vulnerability
HAVING count(*) = any_value(places)
