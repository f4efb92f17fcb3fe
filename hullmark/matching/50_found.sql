/* Findings: the verdicts fanned out to the packages of images, which is a view. Reads `vulnerable` and `verdict`. */
CREATE OR REPLACE TEMP VIEW found AS
SELECT
    vulnerable.image_digest, vulnerable.package_key, verdict.vulnerability, verdict.aliases, verdict.advisory, vulnerable.type,
    vulnerable.name AS package, vulnerable.version, vulnerable.purl, vulnerable.path, vulnerable.layer, vulnerable.layer_index,
    verdict.fixed_version, verdict.severity, verdict.score, verdict.vector, verdict.kev, verdict.kev_due,
    verdict.kev_ransomware, verdict.epss, verdict.epss_percentile, verdict.summary, verdict.severity_source,
    verdict.fix_state, rule_of(vulnerable.type, vulnerable.name) AS rule, verdict.note
FROM vulnerable
JOIN verdict USING (place, advisory_name, advisory_version, module, binary_name)
