/* The findings of the fleet in numbers: `kind` says once what many images have alike, `occurrence` which image has it, in which layer,
   and whether it is settled there. A hundred images on one base have the base's findings in common, so that there are few kinds; all
   that depends on package and vulnerability is worked out for kinds. Reads `findings`, `fleet_image`, `settled`, `fixed_versions`.
   alike: all that a kind has beside its package and vulnerability, as one number.
   pkg: a package, whatever its findings; what: a vulnerability of a package by its name, whatever its version and path. fix: the place of its fixed version in the order of versions, of all fixes of its type. */
CREATE OR REPLACE TEMP TABLE fix AS
SELECT
    (row_number() OVER (ORDER BY type, version_key NULLS FIRST, fixed_version))::INTEGER AS fix, type, fixed_version AS target,
    version_key AS target_key
FROM fixed_versions;

CREATE OR REPLACE TEMP VIEW seen AS
SELECT
    *, hash(purl, type, package, version, path, fixed_version, severity, kev, kev_ransomware, epss, fix_state, "rule") AS alike
FROM findings;

CREATE OR REPLACE TEMP TABLE kind AS
WITH one AS (
    SELECT DISTINCT
        package_key, purl, vulnerability, type, package, version, path, fixed_version, severity, kev, kev_ransomware, epss, fix_state,
        "rule", alike
    FROM seen
    SEMI JOIN fleet_image ON fleet_image.digest = seen.image_digest
)
SELECT
    (row_number() OVER ())::INTEGER AS kind, (dense_rank() OVER (ORDER BY package_key, purl))::INTEGER AS pkg,
    (dense_rank() OVER (ORDER BY one.type, package, vulnerability))::INTEGER AS what, one.*, fix.fix,
    risk(severity, kev, kev_ransomware, epss) * fix_share(fix_state) AS weight, severity IN ('critical', 'high') AS grave
FROM one LEFT JOIN fix ON fix.type = one.type AND fix.target = one.fixed_version;

CREATE OR REPLACE TEMP TABLE occurrence AS
SELECT fleet_image.image, kind.kind, kind.pkg, seen.layer_index, settled.vulnerability IS NOT NULL AS settled
FROM seen
JOIN fleet_image ON fleet_image.digest = seen.image_digest
JOIN kind ON kind.package_key = seen.package_key AND kind.vulnerability = seen.vulnerability AND kind.alike = seen.alike
LEFT JOIN settled ON settled.image_digest = seen.image_digest AND settled.package_key = seen.package_key
    AND settled.vulnerability = seen.vulnerability
