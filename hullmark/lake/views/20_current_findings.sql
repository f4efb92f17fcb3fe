-- The findings of images that are still in their registry, one row for each place where the image lies, with what has been said of
-- each there (see `standing`) and its risk. part: whether the base of the image brought it ("base") or what was built on that
-- ("application").
CREATE VIEW current_findings AS
SELECT
    images.registry, images.repository, images.account, images.region, images.tags, images.platform, findings.*,
    CASE WHEN findings.layer_index < base_images.base_layers THEN 'base' ELSE 'application' END AS part, base_images.base_name,
    risk(
        findings.severity, findings.kev, findings.kev_ransomware, findings.epss, findings.fix_state, len(images.tags) > 0,
        date_diff('day', coalesce(images.pushed_at, images.created_at), now())
    ) AS risk,
    coalesce(standing.exempt, '') AS exempt, standing.exception_ended, coalesce(standing.vex_status, '') AS vex_status,
    coalesce(standing.vex, '') AS vex, coalesce(standing.settled, false) AS settled
FROM findings
JOIN images ON images.digest = findings.image_digest
LEFT JOIN base_images ON base_images.image_digest = findings.image_digest
LEFT JOIN standing ON standing.registry = images.registry AND standing.repository = images.repository
    AND standing.image_digest = findings.image_digest AND standing.package_key = findings.package_key
    AND standing.vulnerability = findings.vulnerability
WHERE images.state = 'present'
