/*
title = "every layer is of an image that is known"
level = "error"
*/
SELECT image_digest AS subject, count(*) || ' layers' AS evidence FROM image_layers
WHERE image_digest NOT IN (SELECT digest FROM images)
GROUP BY image_digest
