-- The findings of the images that are in their registries now; an image that lies in several places counts once. part: base or
-- application (see docs/bases.md). What an exception or VEX has settled in every place is `settled`. The standing of findings is
-- worked out once for a state of the lake, since every page asks for it.
CREATE TEMP TABLE fleet_standing AS FROM image_standing;

CREATE VIEW fleet_findings AS
SELECT
    findings.*, CASE WHEN layer_index < base_layers THEN 'base' ELSE 'application' END AS part,
    risk(severity, kev, kev_ransomware, epss, fix_state, tagged, age_days) AS risk,
    risk_parts(severity, kev, kev_ransomware, epss, fix_state, tagged, age_days) AS risk_parts,
    coalesce(exempt, '') AS exempt, exception_ended, coalesce(vex_status, '') AS vex_status, coalesce(vex, '') AS vex,
    coalesce(settled, false) AS settled,
    concat_ws('; ', 'exception ' || nullif(exempt, ''), 'its exception ended on ' || strftime(exception_ended - INTERVAL 1 SECOND, '%Y-%m-%d'), nullif(vex, ''))
        AS said
FROM findings
JOIN image_exposure USING (image_digest)
LEFT JOIN base_images USING (image_digest)
LEFT JOIN fleet_standing USING (image_digest, package_key, vulnerability)
