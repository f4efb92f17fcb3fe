/* What matching finds of one vulnerability, with the risk of each finding and its parts (docs/risk.md). Reads `finding` and
   `image_exposure`; an image that is in no registry now has no exposure that takes anything off. A package is also asked about by its source. */
SELECT
    finding.*, risk(severity, kev, kev_ransomware, epss, fix_state, tagged, age_days) AS risk,
    risk_parts(severity, kev, kev_ransomware, epss, fix_state, tagged, age_days) AS risk_parts
FROM finding LEFT JOIN image_exposure USING (image_digest)
WHERE vulnerability = $vulnerability AND ($package IN ('', package) OR package_key IN (
    SELECT package_key(type, name, version, arch, path) FROM package WHERE advisory_name = $package
))
ORDER BY path, package, version
