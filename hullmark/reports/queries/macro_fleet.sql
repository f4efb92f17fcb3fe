-- The images that are in their registries now, one row for each place where an image lies. Where the account is paused or
-- disconnected, frozen_state says so, and frozen_since since when the image is no longer updated.
CREATE VIEW fleet AS
SELECT
    images.*,
    accounts.state AS frozen_state,
    accounts.since AS frozen_since,
    trim(os_id || ' ' || os_version) AS os,
    repository || coalesce(':' || tags[1], '@' || left(digest, 19)) AS name
FROM images
LEFT JOIN accounts ON accounts.account = images.account AND accounts.state <> 'connected'
WHERE images.state = 'present'
