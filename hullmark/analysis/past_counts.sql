/* How many findings, vulnerabilities and images there are of each severity, the gravest first. Reads `past_finding`. */
SELECT
    coalesce(past_finding.severity, 'unknown') AS severity, count(*) AS findings, count(DISTINCT vulnerability) AS vulnerabilities,
    count(DISTINCT image_digest) AS images
FROM past_finding
GROUP BY coalesce(past_finding.severity, 'unknown')
ORDER BY severity_rank(coalesce(past_finding.severity, 'unknown')) DESC
