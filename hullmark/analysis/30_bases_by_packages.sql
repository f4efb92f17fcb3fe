/* Likely bases of images that neither state one nor share its layers (squashed, or built on another build of the base): an image
   that is the base of others, of the same release, at least $share of whose OS packages, by name, this image has.
   Reads `images`, `packages`, `base_by_chain`, `base_stated`, `orphan`. One row an image: the base with the most packages in
   common among those with the highest share. base_layers: the layers that brought nine tenths of what they share. */
CREATE OR REPLACE TEMP TABLE base_offered AS
SELECT DISTINCT base_digest AS digest FROM base_by_chain WHERE method = 'chain';

CREATE OR REPLACE TEMP TABLE orphan AS
SELECT digest AS image_digest, any_value(os_id) AS os_id, any_value(os_version) AS os_version
FROM images
ANTI JOIN base_by_chain ON base_by_chain.image_digest = digest
ANTI JOIN base_stated ON base_stated.image_digest = digest
ANTI JOIN base_offered USING (digest)
GROUP BY digest;

CREATE OR REPLACE TEMP TABLE base_by_packages AS
WITH asked AS (
    SELECT * FROM orphan
    UNION ALL
    SELECT digest, any_value(os_id) AS os_id, any_value(os_version) AS os_version
    FROM images SEMI JOIN base_offered USING (digest) SEMI JOIN orphan USING (os_id, os_version)
    GROUP BY digest
),
os_package AS (
    SELECT image_digest, name, min(layer_index) AS layer_index, os_id, os_version
    FROM packages JOIN asked USING (image_digest)
    WHERE type IN ('deb', 'apk', 'rpm', 'alpm')
    GROUP BY ALL
),
offered AS (
    SELECT image_digest AS base_digest, os_id, os_version, name, count(*) OVER (PARTITION BY image_digest) AS offered
    FROM os_package
    SEMI JOIN base_offered ON base_offered.digest = os_package.image_digest
),
shared AS (
    SELECT
        mine.image_digest, base_digest, count(*) AS common, any_value(offered) AS offered,
        quantile_disc(mine.layer_index, 0.9) + 1 AS base_layers
    FROM os_package AS mine
    SEMI JOIN orphan USING (image_digest)
    JOIN offered USING (os_id, os_version, name)
    WHERE offered >= $least
    GROUP BY mine.image_digest, base_digest
)
SELECT image_digest, base_digest, base_layers, common, offered
FROM shared
WHERE common >= $share * offered
QUALIFY row_number() OVER (PARTITION BY image_digest ORDER BY common / offered DESC, common DESC, base_digest) = 1
