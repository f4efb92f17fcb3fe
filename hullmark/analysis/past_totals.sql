/* The findings of that day in numbers, beside those of now; one row. gone: findings of then that are none now; new: the other way
   round; both of images of either day. Reads `past_finding` and `findings`. */
SELECT
    (SELECT count(*) FROM past_finding) AS findings,
    (SELECT count(DISTINCT vulnerability) FROM past_finding) AS vulnerabilities,
    (SELECT count(DISTINCT image_digest) FROM past_finding) AS images,
    (SELECT count(DISTINCT image_digest) FROM past_finding WHERE severity IN ('critical', 'high')) AS grave_images,
    (SELECT count(*) FROM past_finding ANTI JOIN findings USING (image_digest, package_key, vulnerability)) AS gone,
    (SELECT count(*) FROM findings ANTI JOIN past_finding USING (image_digest, package_key, vulnerability)) AS new
