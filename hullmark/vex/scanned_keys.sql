/* As the lake's view of that name (lake/views/10_version_keys.sql), of scanned images. Reads `package`. */
CREATE TEMP VIEW version_keys AS
SELECT DISTINCT purl, version_key FROM package WHERE version = advisory_version
