-- Findings of the images that are in their registries now, by severity; an image that lies in several places counts once.
SELECT
    severity,
    count(*) AS findings,
    count(*) FILTER (kev) AS exploited,
    count(*) FILTER (fixed_version <> '') AS fixable
FROM (SELECT DISTINCT image_digest, package_key, vulnerability, severity, kev, fixed_version FROM current_findings)
GROUP BY severity
