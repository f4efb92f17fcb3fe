/* What upgrading would bring: vulnerabilities of a target version that the installed one does not have. Reads `upgrade`, `held` (of
   the targets), `findings`. One row an (image, package, vulnerability). */
CREATE OR REPLACE TEMP TABLE brought AS
SELECT upgrade.image_digest, upgrade.package_key, upgrade.type, upgrade.package, upgrade.target, held.vulnerability
FROM upgrade
JOIN held ON held.place = upgrade.place AND held.advisory_name = upgrade.advisory_name
    AND held.module = upgrade.module AND held.binary_name = upgrade.binary_name
    AND held.advisory_version = upgrade.target
ANTI JOIN findings ON findings.image_digest = upgrade.image_digest AND findings.package_key = upgrade.package_key
    AND findings.vulnerability = held.vulnerability
