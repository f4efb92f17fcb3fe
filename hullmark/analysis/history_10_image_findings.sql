/* What each image that the lake ever held is known to have: of those in a registry the rows of `findings`, of those that went what was
   open when they went, as `finding_events` tells, with its severity and fix of then. known: since when. An advisory that came after an
   image went is not asked of it.
   Gives image_digest, type, package, version, vulnerability, severity, fixed_version, kev, known. */
CREATE OR REPLACE TEMP VIEW image_findings AS
WITH gone AS (
    SELECT
        image_digest, package_key, vulnerability, min("at") FILTER (event = 'opened') AS known, arg_max(event, "at") AS event,
        arg_max(cause, "at") AS cause, arg_max({'severity': severity, 'fixed_version': fixed_version}, "at") AS said
    FROM finding_events
    ANTI JOIN findings USING (image_digest, package_key, vulnerability)
    ANTI JOIN (SELECT digest FROM images WHERE state = 'present') AS here ON here.digest = finding_events.image_digest
    WHERE event IN ('opened', 'closed')
    GROUP BY image_digest, package_key, vulnerability
),
told AS (
    SELECT
        image_digest, key_type(package_key) AS type, key_package(package_key) AS package, key_version(package_key) AS version, vulnerability,
        known, said
    FROM gone
    WHERE event = 'closed' AND cause IN ('image-deleted', 'image-untagged', 'image-excluded')
),
same AS (
    SELECT type, package, vulnerability, arg_max(severity, last_seen) AS severity, bool_or(kev) AS kev
    FROM findings
    GROUP BY type, package, vulnerability
)
SELECT image_digest, type, package, version, vulnerability, coalesce(severity, 'unknown') AS severity, fixed_version, kev, first_seen AS known
FROM findings
UNION ALL BY NAME
SELECT
    image_digest, type, package, version, vulnerability, coalesce(said.severity, same.severity, 'unknown') AS severity,
    coalesce(said.fixed_version, '') AS fixed_version, coalesce(same.kev, false) AS kev, known
FROM told LEFT JOIN same USING (type, package, vulnerability)
