/* How many findings, vulnerabilities and images there are of each severity. Reads `past_finding`. */
SELECT coalesce(severity, 'unknown') AS severity, count(*) AS findings, count(DISTINCT vulnerability) AS vulnerabilities,
    count(DISTINCT image_digest) AS images
FROM past_finding
GROUP BY ALL
ORDER BY list_position(['critical', 'high', 'medium', 'low', 'negligible', 'none', 'unknown'], coalesce(severity, 'unknown'))
