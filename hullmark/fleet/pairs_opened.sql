/* The findings of this part, where nothing is stored: all have opened. In the columns of `pairs_moved.sql`. Reads `found`. */
CREATE OR REPLACE TEMP TABLE pair AS
SELECT
    image_digest, package_key, vulnerability, true AS opened, false AS closed, true AS severity_changed, true AS range_changed,
    true AS exploitation_changed, NULL::VARCHAR AS old_advisory, advisory, NULL::VARCHAR AS old_severity, severity AS new_severity,
    NULL::VARCHAR AS old_fixed, fixed_version AS new_fixed, NULL::VARCHAR AS taken_back
FROM found
