/*
id = "HM009"
title = "Keeps the caches of package managers"
severity = "low"
refs = ["CIS Docker 1.7 4.4"]
applies = "SELECT digest AS subject FROM image"
fix = "Delete them in the same RUN instruction, or use a cache mount."
*/
SELECT image_digest AS subject, min(path) || CASE WHEN count(*) > 1 THEN ' and ' || (count(*) - 1) || ' more' ELSE '' END AS evidence
FROM exposures SEMI JOIN image ON image.digest = exposures.image_digest
WHERE kind = 'package-cache'
GROUP BY image_digest
