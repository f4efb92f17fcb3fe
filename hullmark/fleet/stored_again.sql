/* The stored findings that an incremental matching compares: of images that changed all, else those of the packages that were judged.
   Reads `findings`, `part_image`, `touched_image` and `package`. */
CREATE OR REPLACE TEMP TABLE judged_key AS
SELECT DISTINCT image_digest, package_key(type, name, version, arch, path) AS package_key, name AS package FROM package;
CREATE OR REPLACE TEMP TABLE stored AS
SELECT findings.* FROM findings SEMI JOIN touched_image USING (image_digest) SEMI JOIN part_image USING (image_digest)
UNION ALL
SELECT findings.* FROM findings SEMI JOIN judged_key USING (package, package_key, image_digest) ANTI JOIN touched_image USING (image_digest)
