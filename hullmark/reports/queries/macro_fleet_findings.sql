-- The findings of the images that are in their registries now; an image that lies in several places counts once. part: base or
-- application (see docs/bases.md).
CREATE VIEW fleet_findings AS
SELECT findings.*, CASE WHEN layer_index < base_layers THEN 'base' ELSE 'application' END AS part
FROM findings
LEFT JOIN base_images USING (image_digest)
WHERE image_digest IN (SELECT digest FROM fleet)
