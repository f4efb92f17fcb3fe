/* What an incremental matching judges: all packages of the images that changed, and of the distinct packages that are known, those that a
   changed record could mean something for, which are of no image here. Reads `packages`, `distinct_packages`, `touched_image` and
   `touched_known`. */
CREATE OR REPLACE TEMP TABLE judged_package AS
SELECT * FROM packages SEMI JOIN (FROM touched_image WHERE here) AS changed USING (image_digest)
UNION ALL BY NAME
SELECT
    '' AS image_digest, '' AS path, type, name, version, '' AS arch, ecosystem, advisory_name, advisory_version, version_key,
    module AS modularity, '' AS owner
FROM distinct_packages SEMI JOIN touched_known USING (ecosystem, advisory_name);
CREATE OR REPLACE TEMP VIEW package AS FROM judged_package
