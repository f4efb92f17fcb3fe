/* Since when the stored findings of this part are there: by package, and by verdict (`verdict_since`, over all parts), for what has no
   time of its own yet. Reads `stored`, `part_package` and `verdict_moved`. */
CREATE OR REPLACE TEMP TABLE stored_since AS
SELECT image_digest, package_key, min(first_seen) AS first_seen FROM stored GROUP BY ALL;

INSERT INTO verdict_since
SELECT subject, vulnerability, min(stored.first_seen)
FROM stored
JOIN part_package USING (image_digest, package_key)
SEMI JOIN (FROM verdict_moved WHERE opened) AS fresh USING (subject, vulnerability)
GROUP BY ALL
