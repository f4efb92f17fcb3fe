-- The findings of images that are still in their registry, one row for each place where the image lies. part: whether the base
-- of the image brought it ("base") or what was built on that ("application").
CREATE VIEW current_findings AS
SELECT
    images.registry, images.repository, images.account, images.region, images.tags, images.platform, findings.*,
    CASE WHEN findings.layer_index < base_images.base_layers THEN 'base' ELSE 'application' END AS part, base_images.base_name
FROM findings
JOIN images ON images.digest = findings.image_digest
LEFT JOIN base_images ON base_images.image_digest = findings.image_digest
WHERE images.state = 'present'
