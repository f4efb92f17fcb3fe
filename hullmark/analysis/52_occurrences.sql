/* The findings of the fleet in numbers: `kind` says once what many images have alike, `holding` which image has which package, in which
   layer, and `done` what is settled there. A hundred images on one base have the base's findings in common, so that there are few
   kinds; all that depends on package and vulnerability is worked out for kinds. `occurrence` shows each finding. Reads `saying`,
   `carrying`, `fleet_image`, `settled`, `fixed_versions`. pkg: a package, whatever its findings; carried: one of which the same is said; what: a
   vulnerability of a package by its name, whatever its version and path; partly: something of it is settled. fix: the place of its fixed
   version in the order of versions, of all fixes of its type. */
CREATE OR REPLACE TEMP TABLE fix AS
SELECT
    (row_number() OVER (ORDER BY type, version_key NULLS FIRST, fixed_version))::INTEGER AS fix, type, fixed_version AS target,
    version_key AS target_key
FROM fixed_versions;

CREATE OR REPLACE TEMP TABLE carried AS
SELECT
    (row_number() OVER ())::INTEGER AS carried, (dense_rank() OVER (ORDER BY package_key, purl))::INTEGER AS pkg, package_key, purl, path,
    subject
FROM (SELECT DISTINCT package_key, purl, path, subject FROM carrying);

CREATE OR REPLACE TEMP TABLE kind AS
SELECT
    (row_number() OVER ())::INTEGER AS kind, (dense_rank() OVER (ORDER BY said.type, package, vulnerability))::INTEGER AS what, carried,
    pkg, package_key, purl, path, vulnerability, said.type, package, version, fixed_version, severity, kev, fix_state, "rule", fix.fix,
    risk(severity, kev, kev_ransomware, epss) * fix_share(fix_state) AS weight, severity IN ('critical', 'high') AS grave
FROM carried
JOIN saying AS said USING (subject)
LEFT JOIN fix ON fix.type = said.type AND fix.target = said.fixed_version;

CREATE OR REPLACE TEMP TABLE done AS
SELECT DISTINCT image, kind, carried
FROM settled
JOIN fleet_image ON fleet_image.digest = settled.image_digest
JOIN kind USING (package_key, vulnerability);

CREATE OR REPLACE TEMP TABLE holding AS
SELECT
    carrying.image, carried.carried, carried.pkg, carrying.layer_index,
    (carrying.image, carried.carried) IN (SELECT (image, carried) FROM done) AS partly
FROM carrying
JOIN carried ON carried.package_key = carrying.package_key AND carried.subject = carrying.subject
    AND carried.purl IS NOT DISTINCT FROM carrying.purl AND carried.path IS NOT DISTINCT FROM carrying.path;

CREATE OR REPLACE TEMP VIEW occurrence AS
SELECT holding.image, kind.kind, kind.pkg, holding.layer_index, done.image IS NOT NULL AS settled
FROM holding
JOIN kind USING (carried)
LEFT JOIN done ON done.image = holding.image AND done.kind = kind.kind
