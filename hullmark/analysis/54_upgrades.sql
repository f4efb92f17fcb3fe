/* What to upgrade: one row for each vulnerable package of each image of the fleet that has a fix, with the smallest version that ends
   everything which can be ended (the highest of its findings' fixed versions). `bump` has upgrades in numbers, `move` each (package, target)
   once, `upgrade` shows them in words. Reads `holding`, `done`, `kind`, `fix`, `compared`, `fleet_image`. */
CREATE OR REPLACE TEMP TABLE bump AS
WITH fixable AS MATERIALIZED (
    SELECT kind, carried, fix FROM kind SEMI JOIN compared USING (pkg) WHERE fix IS NOT NULL
),
highest AS (
    SELECT image, pkg, fix FROM holding JOIN (SELECT carried, max(fix) AS fix FROM fixable GROUP BY carried) USING (carried) WHERE NOT partly
    UNION ALL
    SELECT image, pkg, fix FROM holding JOIN fixable USING (carried) ANTI JOIN done USING (image, kind) WHERE partly
)
SELECT image, pkg, max(fix) AS fix FROM highest GROUP BY image, pkg;

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
