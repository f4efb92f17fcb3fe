-- Findings of the images that are in their registries now, by severity; an image that lies in several places counts once.
SELECT
    severity,
    count(*) AS findings,
    count(*) FILTER (kev) AS exploited,
    count(*) FILTER (fixed_version <> '') AS fixable
FROM open_findings
GROUP BY severity
