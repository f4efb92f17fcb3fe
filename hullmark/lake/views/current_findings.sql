-- The findings of images that are still in their registry, one row for each place where the image lies.
CREATE VIEW current_findings AS
SELECT images.registry, images.repository, images.account, images.region, images.tags, images.platform, findings.*
FROM findings
JOIN images ON images.digest = findings.image_digest
WHERE images.state = 'present'
