/* What upgrading would bring: vulnerabilities of a target version that the installed one does not have. Reads `bump`, `move`, `held`
   (of the targets), `holding`, `kind`, `offered`, `fleet_image`. `arrival` has one row an (image, pkg, vulnerability), `brought` shows
   it in words. `newcomer` is what the successor of a base would bring: what it has and the base layers of the image have not. */
CREATE OR REPLACE TEMP TABLE arrival AS
WITH target AS (
    SELECT DISTINCT pkg, fix, vulnerability
    FROM held
    JOIN move ON move.place = held.place AND move.advisory_name = held.advisory_name AND move.module = held.module
        AND move.binary_name = held.binary_name AND move.target = held.advisory_version
),
there AS (
    SELECT image, pkg, vulnerability
    FROM holding JOIN (FROM kind SEMI JOIN target USING (pkg, vulnerability)) AS kind USING (carried, pkg)
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
WITH stands AS (
    SELECT
        image, any_value(digest) AS image_digest, any_value(successor) AS successor, any_value(next) AS next,
        list_sort(coalesce(list(carried) FILTER (layer_index < base_layers), [])) AS below
    FROM fleet_image LEFT JOIN holding USING (image)
    WHERE next >= 0 AND base_layers > 0
    GROUP BY image
),
alike AS MATERIALIZED (  -- images whose bases brought the same: most of those on one base
    SELECT min(image) AS first, next, below FROM stands GROUP BY next, below
),
under AS (
    SELECT image AS first, what
    FROM holding JOIN kind USING (carried, pkg) JOIN fleet_image USING (image)
    WHERE layer_index < base_layers AND image IN (SELECT first FROM alike)
),
news AS (
    SELECT first, type, package, vulnerability FROM alike JOIN offered USING (next) ANTI JOIN under USING (first, what)
)
SELECT image, image_digest, successor, type, package, vulnerability
FROM stands
JOIN alike USING (next, below)
JOIN news USING (first)
