/* What is said of each candidate and vulnerability, whoever carries it: one row of `held`, with severity and exploitation.
   Reads `held`, `advisories` and `exploitation`.
   Where no advisory about the package gives a score, that of another advisory about the same CVE alone is taken, as a CVE is
   scored by NVD or in the feed of another ecosystem: NVD first, then the newest CVSS standard, then the highest score. Another
   distribution's own word is not taken. What is informational has severity none, unless somebody scored it. */
CREATE OR REPLACE TEMP TABLE verdict AS
WITH unscored AS (
    SELECT DISTINCT vulnerability FROM held WHERE chosen.score IS NULL AND starts_with(vulnerability, 'CVE-')
),
elsewhere AS (
    SELECT vulnerability, arg_max({'score': score, 'vector': vector, 'source': severity_source}, {
        'nvd': severity_source = 'nvd',
        'standard': CASE WHEN starts_with(vector, 'CVSS:4') THEN 3 WHEN starts_with(vector, 'CVSS:3') THEN 2 ELSE 1 END,
        'score': score, 'id': advisory_id
    }) AS given
    FROM (
        SELECT advisory_id, vulnerability_ids[1] AS vulnerability, score, vector, severity_source FROM advisories
        WHERE score IS NOT NULL AND withdrawn IS NULL AND len(vulnerability_ids) = 1
    ) SEMI JOIN unscored USING (vulnerability)
    GROUP BY vulnerability
),
judged AS (
    SELECT
        held.*, coalesce(chosen.score, given.score) AS best, best AS score,
        CASE WHEN chosen.source = 'informational' AND best IS NOT NULL THEN 'unknown' ELSE chosen.severity END AS word,
        CASE WHEN chosen.score IS NULL THEN coalesce(given.vector, '') ELSE chosen.vector END AS vector,
        CASE
            WHEN word <> 'unknown' THEN word
            WHEN best >= 9 THEN 'critical' WHEN best >= 7 THEN 'high' WHEN best >= 4 THEN 'medium'
            WHEN best > 0 THEN 'low' WHEN best = 0 THEN 'none'
            ELSE 'unknown'
        END AS severity,
        CASE
            WHEN word <> 'unknown' THEN chosen.source
            WHEN chosen.score IS NULL AND given.source = 'nvd' THEN 'nvd'
            WHEN best IS NOT NULL THEN 'cvss'
            ELSE ''
        END AS severity_source
    FROM held LEFT JOIN elsewhere USING (vulnerability)
)
SELECT
    judged.place, judged.advisory_name, judged.advisory_version, judged.module, judged.binary_name,
    judged.vulnerability,
    judged.aliases,
    judged.chosen.advisory AS advisory,
    judged.fixed_version,
    judged.severity,
    judged.score,
    judged.vector,
    coalesce(exploitation.kev, false) AS kev,
    exploitation.kev_due,
    coalesce(exploitation.kev_ransomware, false) AS kev_ransomware,
    exploitation.epss,
    exploitation.epss_percentile,
    judged.chosen.summary AS summary,
    judged.severity_source,
    judged.fix_state,
    judged.note
FROM judged
LEFT JOIN exploitation ON exploitation.cve = judged.vulnerability
