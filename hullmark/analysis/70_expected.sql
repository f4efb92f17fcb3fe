/* What becomes of each finding of the fleet when its package is upgraded and its base is replaced: computed by matching the new
   versions, not guessed from the old ones. Reads `findings`, `occurrence`, `kind`, `bump`, `move`, `held` (of the targets), `fleet_image`.
   `kept`: what a target version still has. `above`: what a successor has as well. `outcome`: one row a finding that nothing has settled,
   in numbers: `upgraded` says that the upgrade ends it, `rebased` that the successor of its base does. `expected`: the same in words. */
CREATE OR REPLACE TEMP TABLE kept AS
SELECT DISTINCT pkg, move.fix, kind
FROM held
JOIN move ON move.place = held.place AND move.advisory_name = held.advisory_name AND move.module = held.module
    AND move.binary_name = held.binary_name AND move.target = held.advisory_version
JOIN kind USING (pkg, vulnerability);

CREATE OR REPLACE TEMP TABLE above AS
WITH has AS (
    SELECT DISTINCT image_digest AS successor, type, package, vulnerability
    FROM findings SEMI JOIN (SELECT successor FROM fleet_image WHERE successor <> '') AS successor ON successor = image_digest
)
SELECT successor, kind FROM has JOIN kind USING (type, package, vulnerability);

CREATE OR REPLACE TEMP VIEW outcome AS
SELECT
    image, kind, pkg, layer_index, bump.fix, layer_index < base_layers AS in_base, bump.fix IS NOT NULL AND kept.kind IS NULL AS upgraded,
    fleet_image.successor <> '' AND layer_index < base_layers AND above.kind IS NULL AS rebased
FROM occurrence
JOIN fleet_image USING (image)
LEFT JOIN bump USING (image, pkg)
LEFT JOIN kept USING (pkg, fix, kind)
LEFT JOIN above USING (successor, kind)
WHERE NOT settled;

CREATE OR REPLACE TEMP VIEW expected AS
SELECT
    fleet_image.digest AS image_digest, package_key, vulnerability, type, package, version, layer_index, severity, kev, fixed_version,
    weight * share AS risk, CASE WHEN in_base THEN 'base' ELSE 'application' END AS part, target, upgraded, successor, successor_name,
    rebased
FROM outcome
JOIN kind USING (kind, pkg)
JOIN fleet_image USING (image)
LEFT JOIN (SELECT fix, target FROM fix) AS fix ON fix.fix = outcome.fix
