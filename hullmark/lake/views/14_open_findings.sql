-- The findings that are left to do: those of images that are in a registry now, without what an exception or VEX has settled in all
-- places. An image that lies in several places counts once.
CREATE VIEW open_findings AS
SELECT findings.*
FROM findings
SEMI JOIN image_exposure USING (image_digest)
ANTI JOIN (SELECT * FROM image_standing WHERE settled) AS settled USING (image_digest, package_key, vulnerability)
