/* What becomes of each finding of the fleet when its package is upgraded and its base is replaced: computed by matching the new
   versions, not guessed from the old ones. Reads `findings`, `upgrade`, `held` (of the targets), `fleet_image`, `outdated`.
   One row a finding that nothing has settled: `upgraded` says that the upgrade ends it, `rebased` that the successor of its base does. */
CREATE OR REPLACE TEMP TABLE expected AS
WITH still AS (
    SELECT DISTINCT place, advisory_name, advisory_version AS target, module, binary_name, vulnerability FROM held
),
successor AS (
    SELECT image_digest, arg_max(successor, since) AS successor, arg_max(successor_name, since) AS successor_name
    FROM outdated
    WHERE successor <> ''
    GROUP BY image_digest
),
above AS (
    SELECT DISTINCT findings.image_digest AS successor, type, package, vulnerability
    FROM findings SEMI JOIN successor ON successor.successor = findings.image_digest
)
SELECT
    findings.image_digest, findings.package_key, findings.vulnerability, findings.type, findings.package, findings.version,
    findings.layer, findings.layer_index, findings.severity, findings.kev, findings.fixed_version,
    risk(findings.severity, findings.kev, findings.kev_ransomware, findings.epss, findings.fix_state, tagged, age_days) AS risk,
    CASE WHEN findings.layer_index < fleet_image.base_layers THEN 'base' ELSE 'application' END AS part,
    upgrade.target,
    upgrade.target IS NOT NULL AND still.vulnerability IS NULL AS upgraded,
    coalesce(successor.successor, '') AS successor, coalesce(successor.successor_name, '') AS successor_name,
    successor.successor IS NOT NULL AND findings.layer_index < fleet_image.base_layers AND above.vulnerability IS NULL AS rebased
FROM findings
JOIN fleet_image ON fleet_image.digest = findings.image_digest
JOIN image_exposure ON image_exposure.image_digest = findings.image_digest
ANTI JOIN settled ON settled.image_digest = findings.image_digest AND settled.package_key = findings.package_key
    AND settled.vulnerability = findings.vulnerability
LEFT JOIN upgrade ON upgrade.image_digest = findings.image_digest AND upgrade.package_key = findings.package_key
LEFT JOIN still ON still.place = upgrade.place AND still.advisory_name = upgrade.advisory_name
    AND still.module = upgrade.module AND still.binary_name = upgrade.binary_name
    AND still.target = upgrade.target AND still.vulnerability = findings.vulnerability
LEFT JOIN successor ON successor.image_digest = findings.image_digest
LEFT JOIN above ON above.successor = successor.successor AND above.type = findings.type AND above.package = findings.package
    AND above.vulnerability = findings.vulnerability
