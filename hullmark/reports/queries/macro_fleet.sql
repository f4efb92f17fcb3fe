-- The images that are in their registries now, one row for each place where an image lies.
CREATE VIEW fleet AS
SELECT
    *,
    trim(os_id || ' ' || os_version) AS os,
    repository || coalesce(':' || tags[1], '@' || left(digest, 19)) AS name
FROM images
WHERE state = 'present'
