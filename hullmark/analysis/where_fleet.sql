-- How many different images are in their registries now.
SELECT count(DISTINCT digest) AS images FROM images WHERE state = 'present'
