/* The findings of that day in numbers, beside those of now; one row. gone: findings of then that are none now; new: the other way
   round; both of images of either day. A finding is known by its key, once on each day. Reads `past_finding` and `findings`. */
WITH past AS (
    SELECT
        count(*) AS findings, count(DISTINCT vulnerability) AS vulnerabilities, count(DISTINCT image_digest) AS images,
        count(DISTINCT image_digest) FILTER (severity IN ('critical', 'high')) AS grave_images
    FROM past_finding
),
now AS (SELECT count(*) AS findings FROM findings),
still AS (SELECT count(*) AS findings FROM findings SEMI JOIN past_finding USING (image_digest, package_key, vulnerability))
SELECT past.*, past.findings - still.findings AS gone, now.findings - still.findings AS new
FROM past, now, still
