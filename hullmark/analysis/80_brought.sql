/* What upgrading would bring: vulnerabilities of a target version that the installed one does not have. Reads `bump`, `move`, `held`
   (of the targets), `occurrence`, `kind`, `offered`, `fleet_image`. `arrival` has one row an (image, pkg, vulnerability), `brought` shows
   it in words. `newcomer` is what the successor of a base would bring: what it has and the base layers of the image have not. */
CREATE OR REPLACE TEMP TABLE arrival AS
WITH target AS (
    SELECT DISTINCT pkg, fix, vulnerability
    FROM held
    JOIN move ON move.place = held.place AND move.advisory_name = held.advisory_name AND move.module = held.module
        AND move.binary_name = held.binary_name AND move.target = held.advisory_version
),
there AS (
    SELECT image, pkg, vulnerability FROM occurrence JOIN kind USING (kind, pkg) SEMI JOIN target USING (pkg, vulnerability)
)
SELECT image, pkg, fix, vulnerability
FROM bump
JOIN target USING (pkg, fix)
ANTI JOIN there USING (image, pkg, vulnerability);

CREATE OR REPLACE TEMP VIEW brought AS
SELECT fleet_image.digest AS image_digest, package_key, type, package, target, vulnerability
FROM arrival
JOIN fleet_image USING (image)
JOIN (SELECT DISTINCT pkg, package_key, type, package FROM kind) AS named USING (pkg)
JOIN (SELECT fix, target FROM fix) AS fix USING (fix);

CREATE OR REPLACE TEMP VIEW newcomer AS
WITH below AS (
    SELECT image, what FROM occurrence JOIN kind USING (kind, pkg) JOIN fleet_image USING (image) WHERE layer_index < base_layers
)
SELECT image, digest AS image_digest, successor, type, package, vulnerability
FROM fleet_image
JOIN offered USING (successor)
ANTI JOIN below USING (image, what)
WHERE base_layers > 0
