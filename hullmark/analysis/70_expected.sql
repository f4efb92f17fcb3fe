/* What becomes of each finding of the fleet when its package is upgraded and its base is replaced: computed by matching the new
   versions, not guessed from the old ones. Reads `occurrence`, `kind`, `bump`, `move`, `held` (of the targets), `fleet_image`.
   `kept`: what a target version still has. `offered`: what a successor has. `outcome`: one row a finding that nothing has settled,
   in numbers: `upgraded` says that the upgrade ends it, `rebased` that the successor of its base does. `expected`: the same in words. */
CREATE OR REPLACE TEMP TABLE kept AS
SELECT DISTINCT pkg, move.fix, kind
FROM held
JOIN move ON move.place = held.place AND move.advisory_name = held.advisory_name AND move.module = held.module
    AND move.binary_name = held.binary_name AND move.target = held.advisory_version
JOIN kind USING (pkg, vulnerability);

CREATE OR REPLACE TEMP TABLE offered AS
SELECT DISTINCT image AS next, type, package, vulnerability, what
FROM (SELECT DISTINCT next AS image FROM fleet_image WHERE next >= 0) AS successor
JOIN holding USING (image)
JOIN kind USING (carried, pkg);

CREATE OR REPLACE TEMP VIEW outcome AS
SELECT
    occurrence.image, occurrence.kind, occurrence.pkg, layer_index, kev, grave, weight, bump.fix, layer_index < base_layers AS in_base,
    bump.fix IS NOT NULL AND kept.kind IS NULL AS upgraded,
    fleet_image.next >= 0 AND layer_index < base_layers AND offered.what IS NULL AS rebased
FROM occurrence
JOIN kind USING (kind, pkg)
JOIN fleet_image USING (image)
LEFT JOIN bump ON bump.image = occurrence.image AND bump.pkg = occurrence.pkg
LEFT JOIN kept ON kept.pkg = occurrence.pkg AND kept.fix = bump.fix AND kept.kind = occurrence.kind
LEFT JOIN offered ON offered.next = fleet_image.next AND offered.what = kind.what
WHERE NOT settled;

CREATE OR REPLACE TEMP VIEW expected AS
SELECT
    fleet_image.digest AS image_digest, package_key, vulnerability, type, package, version, layer_index, severity, kev, fixed_version,
    "rule", weight * share AS risk, CASE WHEN in_base THEN 'base' ELSE 'application' END AS part, target, upgraded, successor, successor_name,
    rebased
FROM outcome
JOIN (SELECT * EXCLUDE (kev, grave, weight, fix) FROM kind) AS kind USING (kind, pkg)
JOIN fleet_image USING (image)
LEFT JOIN (SELECT fix, target FROM fix) AS fix ON fix.fix = outcome.fix
