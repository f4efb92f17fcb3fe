/* As 51_said.sql, from the rows of `findings` that an older Hullmark wrote: each is said of a subject of its own. Reads `findings`,
   `fleet_image`. */
CREATE OR REPLACE TEMP TABLE told AS
SELECT
    image, package_key, purl, path, layer_index, vulnerability, type, package, version, fixed_version, severity, kev, kev_ransomware,
    epss, fix_state, "rule",
    hash(vulnerability, type, package, version, fixed_version, severity, kev, kev_ransomware, epss, fix_state, "rule") AS subject
FROM findings JOIN fleet_image ON fleet_image.digest = findings.image_digest;

CREATE OR REPLACE TEMP VIEW saying AS
SELECT DISTINCT
    subject, vulnerability, type, package, version, fixed_version, severity, kev, kev_ransomware, epss, fix_state, "rule"
FROM told;

CREATE OR REPLACE TEMP VIEW carrying AS SELECT image, package_key, purl, path, layer_index, subject FROM told
