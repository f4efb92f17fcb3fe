/* The packages of `fresh`, with the columns that are needed, in the images that are not compared package by package. Reads `near`, which holds
   those of `packages` that come into question, `packages`, `present`, `moved_image` and `fresh`. */
CREATE OR REPLACE TEMP TABLE fresh_package AS
SELECT
    image_digest, path, type, name, version, arch, purl, ecosystem, advisory_name, advisory_version, version_key, modularity, layer,
    layer_index, owner
FROM near
SEMI JOIN fresh
    ON main_of(fresh.ecosystem) = near.ecosystem AND fresh.advisory_name = compared_name(near.ecosystem, near.advisory_name)
        AND fresh.advisory_version = near.advisory_version
SEMI JOIN present USING (image_digest)
ANTI JOIN moved_image USING (image_digest);
CREATE OR REPLACE TEMP VIEW package AS FROM fresh_package;
CREATE OR REPLACE TEMP VIEW beside AS FROM packages
