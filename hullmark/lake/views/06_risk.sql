-- How much one finding weighs, 0 to 100: see docs/risk.md. Known exploitation lifts what severity and EPSS come to; no fix, no tag
-- and age each take a share of that off. A null of the last three says that it is not known, and takes nothing off.
CREATE MACRO IF NOT EXISTS severity_points(severity) AS
    CASE severity
        WHEN 'critical' THEN 60.0::DOUBLE WHEN 'high' THEN 40.0 WHEN 'medium' THEN 20.0 WHEN 'low' THEN 6.0
        WHEN 'negligible' THEN 1.0 WHEN 'none' THEN 0.0 ELSE 12.0
    END;
CREATE MACRO IF NOT EXISTS epss_points(severity, epss) AS least(90.0 - severity_points(severity), 50.0 * coalesce(epss, 0.0));
CREATE MACRO IF NOT EXISTS exploited_points(severity, kev, kev_ransomware, epss) AS
    greatest(0.0,
        CASE WHEN kev_ransomware THEN 97.0 WHEN kev THEN 92.0 ELSE 0.0 END - severity_points(severity) - epss_points(severity, epss));
CREATE MACRO IF NOT EXISTS fix_share(fix_state) AS CASE WHEN fix_state <> 'fixed' THEN 0.95::DOUBLE ELSE 1.0 END;
CREATE MACRO IF NOT EXISTS exposure_share(tagged, age_days) AS
    CASE WHEN NOT tagged THEN 0.9::DOUBLE ELSE 1.0 END
        * CASE WHEN age_days > 365 THEN 0.95 WHEN age_days > 90 THEN 0.98 ELSE 1.0 END;
CREATE MACRO IF NOT EXISTS risk
    (severity, kev, kev_ransomware, epss) AS
        severity_points(severity) + epss_points(severity, epss) + exploited_points(severity, kev, kev_ransomware, epss),
    (severity, kev, kev_ransomware, epss, fix_state, tagged, age_days) AS
        (severity_points(severity) + epss_points(severity, epss) + exploited_points(severity, kev, kev_ransomware, epss))
            * fix_share(fix_state) * exposure_share(tagged, age_days);
CREATE MACRO IF NOT EXISTS risk_parts(severity, kev, kev_ransomware, epss, fix_state, tagged, age_days) AS {
    'severity': severity_points(severity),
    'epss': epss_points(severity, epss),
    'exploited': exploited_points(severity, kev, kev_ransomware, epss),
    'fix': risk(severity, kev, kev_ransomware, epss) * (fix_share(fix_state) - 1.0),
    'exposure': risk(severity, kev, kev_ransomware, epss) * fix_share(fix_state) * (exposure_share(tagged, age_days) - 1.0)
}
