/*
title = "every finding is of an image that is known"
level = "error"
*/
SELECT image_digest AS subject, count(*) || ' findings' AS evidence FROM findings
WHERE image_digest NOT IN (SELECT digest FROM images)
GROUP BY image_digest
