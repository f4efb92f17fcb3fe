/* The findings of the fleet, told once for all images that carry the same: `told`, each vulnerability of a package (kin: the package that
   is meant, by what is said of it, or of one image alone where something of it is settled there), and `carrying`, which image has which.
   Reads `verdicts`, `vulnerable_packages`, `image_exposure`, `fleet_standing`. share: what tags and age leave of the risk of a finding. */
CREATE TEMP TABLE carrying AS
WITH touched AS (SELECT DISTINCT image_digest, package_key FROM fleet_standing WHERE settled)
SELECT
    image_digest, package_key, subject, exposure_share(tagged, age_days) AS share, touched.package_key IS NOT NULL AS partly,
    CASE WHEN partly THEN image_digest || '|' || package_key ELSE subject::VARCHAR END AS kin
FROM vulnerable_packages
JOIN image_exposure USING (image_digest)
LEFT JOIN touched USING (image_digest, package_key);

CREATE TEMP TABLE told AS
WITH said AS (
    SELECT
        subject, vulnerability, coalesce(severity, 'unknown') AS severity, coalesce(kev, false) AS kev, fixed_version <> '' AS fixable,
        risk(severity, kev, kev_ransomware, epss) * fix_share(fix_state) AS points
    FROM verdicts
)
SELECT subject::VARCHAR AS kin, said.* EXCLUDE (subject), false AS settled
FROM said SEMI JOIN (FROM carrying WHERE NOT partly) AS carrying USING (subject)
UNION ALL
SELECT kin, said.* EXCLUDE (subject), coalesce(settled, false) AS settled
FROM (FROM carrying WHERE partly) AS carrying
JOIN said USING (subject)
LEFT JOIN fleet_standing USING (image_digest, package_key, vulnerability)
