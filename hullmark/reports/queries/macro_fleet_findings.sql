-- The findings of the images that are in their registries now; an image that lies in several places counts once.
CREATE VIEW fleet_findings AS
SELECT * FROM findings WHERE image_digest IN (SELECT digest FROM fleet)
