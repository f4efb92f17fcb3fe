/* What was known, with what the keys of its packages say. Reads `past_told`. */
CREATE OR REPLACE TEMP VIEW past_finding AS
SELECT
    image_digest, package_key, vulnerability, key_type(package_key) AS type, key_package(package_key) AS package,
    key_version(package_key) AS version, severity, fixed_version, advisory, opened, cause
FROM past_told
