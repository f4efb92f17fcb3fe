/* Findings: `held` fanned out to the packages of images. Reads `package`, `held`, `advisories` and `exploitation`.
   Where no advisory about the package judges a vulnerability, the judgement of any other advisory about it is taken: the
   same CVE is scored in the feed of another ecosystem. */
CREATE OR REPLACE TEMP TABLE finding AS
WITH unjudged AS (
    SELECT DISTINCT vulnerability FROM held WHERE chosen.source = ''
),
elsewhere AS (
    SELECT vulnerability, arg_max({'severity': severity, 'score': score, 'vector': vector}, (score, advisory_id)) AS judged
    FROM (SELECT unnest(vulnerability_ids) AS vulnerability, * FROM advisories
        WHERE severity_source = 'cvss' AND withdrawn IS NULL AND len(vulnerability_ids) = 1)
    SEMI JOIN unjudged USING (vulnerability)
    GROUP BY vulnerability
)
SELECT
    package.image_digest,
    concat_ws('|', package.type, package.name, package.version, package.arch, package.path) AS package_key,
    held.vulnerability,
    held.aliases,
    held.chosen.advisory AS advisory,
    package.type,
    package.name AS package,
    package.version,
    package.purl,
    package.path,
    package.layer,
    package.layer_index,
    held.fixed_version,
    coalesce(CASE WHEN held.chosen.source = '' THEN elsewhere.judged.severity ELSE held.chosen.severity END, 'unknown') AS severity,
    CASE WHEN held.chosen.source = '' THEN elsewhere.judged.score ELSE held.chosen.score END AS score,
    coalesce(CASE WHEN held.chosen.source = '' THEN elsewhere.judged.vector ELSE held.chosen.vector END, '') AS vector,
    coalesce(exploitation.kev, false) AS kev,
    exploitation.kev_due,
    coalesce(exploitation.kev_ransomware, false) AS kev_ransomware,
    exploitation.epss,
    exploitation.epss_percentile,
    held.chosen.summary AS summary
FROM package
JOIN held ON held.ecosystem = package.ecosystem AND held.advisory_name = package.advisory_name
    AND held.advisory_version = package.advisory_version
LEFT JOIN elsewhere ON elsewhere.vulnerability = held.vulnerability
LEFT JOIN exploitation ON exploitation.cve = held.vulnerability
