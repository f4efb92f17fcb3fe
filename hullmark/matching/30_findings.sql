/* Findings: `held` fanned out to the packages of images. Reads `package`, `held`, `advisories` and `exploitation`.
   Where no advisory about the package gives a score, that of another advisory about the same CVE alone is taken, as a CVE is
   scored in the feed of another ecosystem: the newest CVSS standard first, then the highest score. Another distribution's
   own word is not taken. */
CREATE OR REPLACE TEMP TABLE finding AS
WITH unscored AS (
    SELECT DISTINCT vulnerability FROM held WHERE chosen.score IS NULL AND starts_with(vulnerability, 'CVE-')
),
elsewhere AS (
    SELECT vulnerability, arg_max({'score': score, 'vector': vector}, {
        'standard': CASE WHEN starts_with(vector, 'CVSS:4') THEN 3 WHEN starts_with(vector, 'CVSS:3') THEN 2 ELSE 1 END,
        'score': score, 'id': advisory_id
    }) AS given
    FROM (
        SELECT advisory_id, vulnerability_ids[1] AS vulnerability, score, vector FROM advisories
        WHERE score IS NOT NULL AND withdrawn IS NULL AND len(vulnerability_ids) = 1
    ) SEMI JOIN unscored USING (vulnerability)
    GROUP BY vulnerability
),
judged AS (
    SELECT
        held.*, coalesce(chosen.score, given.score) AS score,
        CASE WHEN chosen.score IS NULL THEN coalesce(given.vector, '') ELSE chosen.vector END AS vector,
        CASE
            WHEN chosen.severity <> 'unknown' THEN chosen.severity
            WHEN given.score >= 9 THEN 'critical' WHEN given.score >= 7 THEN 'high' WHEN given.score >= 4 THEN 'medium'
            WHEN given.score > 0 THEN 'low' WHEN given.score = 0 THEN 'none'
            ELSE 'unknown'
        END AS severity
    FROM held LEFT JOIN elsewhere USING (vulnerability)
)
SELECT
    package.image_digest,
    concat_ws('|', package.type, package.name, package.version, package.arch, package.path) AS package_key,
    judged.vulnerability,
    judged.aliases,
    judged.chosen.advisory AS advisory,
    package.type,
    package.name AS package,
    package.version,
    package.purl,
    package.path,
    package.layer,
    package.layer_index,
    judged.fixed_version,
    judged.severity,
    judged.score,
    judged.vector,
    coalesce(exploitation.kev, false) AS kev,
    exploitation.kev_due,
    coalesce(exploitation.kev_ransomware, false) AS kev_ransomware,
    exploitation.epss,
    exploitation.epss_percentile,
    judged.chosen.summary AS summary
FROM package
JOIN judged ON judged.ecosystem = package.ecosystem AND judged.advisory_name = package.advisory_name
    AND judged.advisory_version = package.advisory_version
LEFT JOIN exploitation ON exploitation.cve = judged.vulnerability
