/*
title = "every package is of an image that is known"
level = "error"
*/
SELECT image_digest AS subject, count(*) || ' packages' AS evidence FROM packages
WHERE image_digest NOT IN (SELECT digest FROM images)
GROUP BY image_digest
