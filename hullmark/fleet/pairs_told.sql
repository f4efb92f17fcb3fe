/* The findings of one part of the verdicts that changed, in the images that are not compared package by package, in the columns of
   `pairs_moved.sql`. Reads `telling`, `vulnerable_packages`, `added` and `moved_image`. */
CREATE OR REPLACE TEMP TABLE pair AS
WITH news AS MATERIALIZED (
    SELECT * FROM telling WHERE part = $part
),
carried AS (
    SELECT image_digest, package_key, subject FROM vulnerable_packages SEMI JOIN news USING (subject)
    ANTI JOIN moved_image USING (image_digest)
    UNION ALL
    SELECT image_digest, package_key, subject FROM added SEMI JOIN news USING (subject)
)
SELECT
    image_digest, package_key, vulnerability, opened, closed, severity_changed, range_changed, exploitation_changed, old_advisory,
    advisory, old_severity, new_severity, old_fixed, new_fixed, taken_back
FROM carried JOIN news USING (subject)
