/* What to upgrade: one row for each vulnerable package of each image of the fleet that has a fix, with the smallest version that ends
   everything which can be ended (the highest of its findings' fixed versions). `compared` is what a package is matched by, `bump` has
   upgrades in numbers, `move` each (package, target) once, `upgrade` shows them in words. Reads `occurrence`, `kind`, `fix`, `installed`,
   `fleet_image`. */
CREATE OR REPLACE TEMP TABLE compared AS
WITH fixable AS (
    SELECT DISTINCT pkg, purl FROM kind WHERE fix IS NOT NULL
)
SELECT pkg, unnest(terms)
FROM fixable
JOIN (
    SELECT purl, arg_min({'place': place, 'advisory_name': advisory_name, 'module': module, 'binary_name': binary_name}, place) AS terms
    FROM installed
    SEMI JOIN fixable USING (purl)
    GROUP BY purl
) AS found USING (purl);

CREATE OR REPLACE TEMP TABLE bump AS
SELECT image, pkg, max(fix) AS fix
FROM occurrence
JOIN kind USING (kind, pkg)
SEMI JOIN compared USING (pkg)
WHERE NOT settled AND fix IS NOT NULL
GROUP BY image, pkg;

CREATE OR REPLACE TEMP TABLE move AS
SELECT pkg, fix, target, target_key, place, advisory_name, module, binary_name
FROM (SELECT DISTINCT pkg, fix FROM bump) JOIN fix USING (fix) JOIN compared USING (pkg);

CREATE OR REPLACE TEMP VIEW upgrade AS
SELECT
    digest AS image_digest, package_key, type, package, installed, purl, path, target, target_key, place, advisory_name, module, binary_name
FROM bump
JOIN move USING (pkg, fix)
JOIN fleet_image USING (image)
JOIN (SELECT DISTINCT pkg, package_key, type, package, version AS installed, purl, path FROM kind) AS named USING (pkg)
