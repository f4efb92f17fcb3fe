-- How exposed each image is that is in a registry now: whether a tag points to it, and the days since it was pushed, of its places
-- the most exposed one.
CREATE VIEW image_exposure AS
SELECT
    digest AS image_digest, bool_or(len(tags) > 0) AS tagged,
    min(date_diff('day', coalesce(pushed_at, created_at), now())) AS age_days, count(*) AS places
FROM images
WHERE state = 'present'
GROUP BY digest
