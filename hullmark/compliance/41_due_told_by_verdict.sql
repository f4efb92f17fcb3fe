/* What is said of packages, once for all images that carry the same since the same time: `due_told`, each vulnerability of a kin of packages
   with its date, and `due_carried`, which image has which kin. A package of an image of which something is settled, in whichever place, is a
   kin of its own; `due_spared` says of what it is settled where. Reads `verdicts`, `vulnerable_packages`, `settled`, `settled_there`,
   `due_settled`, `target`, `due_image`, the macro `due_on`. */
CREATE OR REPLACE TEMP VIEW due_carrying AS
SELECT image, subject, vulnerable_packages.first_seen AS carried_since, partly.image_digest, partly.package_key
FROM vulnerable_packages
JOIN due_image ON due_image.digest = vulnerable_packages.image_digest
LEFT JOIN (SELECT DISTINCT image_digest, package_key FROM settled_there) AS partly ON partly.image_digest = vulnerable_packages.image_digest
    AND partly.package_key = vulnerable_packages.package_key;

CREATE OR REPLACE TEMP TABLE due_kin AS
SELECT (row_number() OVER ())::INTEGER AS kin, *
FROM (SELECT DISTINCT subject, carried_since, image_digest, package_key FROM due_carrying);

CREATE OR REPLACE TEMP TABLE due_carried AS
SELECT image, kin
FROM due_carrying
JOIN due_kin ON due_kin.subject = due_carrying.subject AND due_kin.carried_since IS NOT DISTINCT FROM due_carrying.carried_since
    AND due_kin.image_digest IS NOT DISTINCT FROM due_carrying.image_digest
    AND due_kin.package_key IS NOT DISTINCT FROM due_carrying.package_key;

CREATE OR REPLACE TEMP TABLE due_told AS
SELECT
    kin, type, package, vulnerability, severity_rank(verdicts.severity) AS rank, kev, fixed_version,
    greatest(carried_since, first_seen) AS since, due_on(greatest(carried_since, first_seen), days, kev, kev_due) AS due
FROM due_kin
JOIN verdicts USING (subject)
LEFT JOIN target ON target.severity = verdicts.severity
ANTI JOIN settled USING (image_digest, package_key, vulnerability);

CREATE OR REPLACE TEMP TABLE due_spared AS
SELECT place, kin, vulnerability FROM due_settled JOIN due_kin USING (image_digest, package_key)
