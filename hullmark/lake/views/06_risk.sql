-- How much one finding weighs, 0 to 100 (docs/remediation.md): its severity, lifted by EPSS, and what is known to be exploited on top.
CREATE MACRO risk(severity, kev, kev_ransomware, epss) AS
    greatest(
        CASE WHEN kev_ransomware THEN 97.0 WHEN kev THEN 92.0 ELSE 0.0 END,
        least(90.0, CASE severity
            WHEN 'critical' THEN 60.0 WHEN 'high' THEN 40.0 WHEN 'medium' THEN 20.0 WHEN 'low' THEN 6.0
            WHEN 'negligible' THEN 1.0 WHEN 'none' THEN 0.0 ELSE 12.0
        END + 50.0 * coalesce(epss, 0.0))
    )
