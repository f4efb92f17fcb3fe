/* The findings of the fleet in numbers: `kind` says once what many images have alike, `occurrence` which image has it, in which layer,
   and whether it is settled there. A hundred images on one base have the base's findings in common, so that there are few kinds; all
   that depends on package and vulnerability is worked out for kinds. Reads `findings`, `fleet_image`, `settled`, `fixed_versions`.
   pkg: a package, whatever its findings; what: a vulnerability of a package by its name, whatever its version and path. fix: the place of its fixed version in the order of versions, of all fixes of its type. */
CREATE OR REPLACE TEMP TABLE fix AS
SELECT
    (row_number() OVER (ORDER BY type, version_key NULLS FIRST, fixed_version))::INTEGER AS fix, type, fixed_version AS target,
    version_key AS target_key
FROM fixed_versions;

CREATE OR REPLACE TEMP TABLE kind AS
WITH alike AS (
    SELECT DISTINCT
        package_key, purl, vulnerability, type, package, version, path, fixed_version, severity, kev, kev_ransomware, epss, fix_state,
        "rule"
    FROM findings
    SEMI JOIN fleet_image ON fleet_image.digest = findings.image_digest
)
SELECT
    (row_number() OVER ())::INTEGER AS kind, (dense_rank() OVER (ORDER BY package_key, purl))::INTEGER AS pkg,
    (dense_rank() OVER (ORDER BY alike.type, package, vulnerability))::INTEGER AS what, alike.*, fix.fix,
    risk(severity, kev, kev_ransomware, epss) * fix_share(fix_state) AS weight, severity IN ('critical', 'high') AS grave
FROM alike LEFT JOIN fix ON fix.type = alike.type AND fix.target = alike.fixed_version;

CREATE OR REPLACE TEMP TABLE occurrence AS
SELECT fleet_image.image, kind.kind, kind.pkg, findings.layer_index, settled.vulnerability IS NOT NULL AS settled
FROM findings
JOIN fleet_image ON fleet_image.digest = findings.image_digest
JOIN kind ON kind.package_key = findings.package_key AND kind.vulnerability = findings.vulnerability
    AND row(kind.purl, kind.type, kind.package, kind.version, kind.path, kind.fixed_version, kind.severity, kind.fix_state)
        IS NOT DISTINCT FROM row(findings.purl, findings.type, findings.package, findings.version, findings.path, findings.fixed_version,
            findings.severity, findings.fix_state)
    AND row(kind.kev, kind.kev_ransomware, kind.epss, kind."rule")
        IS NOT DISTINCT FROM row(findings.kev, findings.kev_ransomware, findings.epss, findings."rule")
LEFT JOIN settled ON settled.image_digest = findings.image_digest AND settled.package_key = findings.package_key
    AND settled.vulnerability = findings.vulnerability
