/* What is said of packages (`saying`), and which images of the fleet carry them (`carrying`), as the view `findings` joins them. Reads
   `verdicts`, `vulnerable_packages`, `fleet_image`. subject: whatever the same is said of. */
CREATE OR REPLACE TEMP VIEW saying AS
SELECT
    subject, vulnerability, type, package, version, fixed_version, severity, kev, kev_ransomware, epss, fix_state, "rule"
FROM verdicts;

CREATE OR REPLACE TEMP TABLE carrying AS
SELECT image, package_key, purl, path, layer_index, subject
FROM vulnerable_packages JOIN fleet_image ON fleet_image.digest = vulnerable_packages.image_digest
