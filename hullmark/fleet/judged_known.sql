/* As `judged_again.sql`, where no image came, went or was read again: of the distinct packages that are known alone, those that a changed
   record could mean something for. Reads `distinct_packages` and `touched_known`. */
CREATE OR REPLACE TEMP TABLE judged_package AS
SELECT
    '' AS image_digest, '' AS path, type, name, version, '' AS arch, '' AS purl, '' AS layer, NULL::INTEGER AS layer_index, ecosystem,
    advisory_name, advisory_version, version_key, module AS modularity, '' AS owner
FROM distinct_packages SEMI JOIN touched_known USING (ecosystem, advisory_name);
CREATE OR REPLACE TEMP VIEW package AS FROM judged_package
