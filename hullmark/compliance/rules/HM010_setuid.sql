/*
id = "HM010"
title = "Has setuid or setgid programs"
severity = "medium"
refs = ["CIS Docker 1.7 4.8"]
applies = "SELECT digest AS subject FROM image"
fix = "Clear the bits with chmod a-s where nothing needs them."
*/
SELECT image_digest AS subject, path || ': ' || kind || ', ' || evidence AS evidence
FROM exposures SEMI JOIN image ON image.digest = exposures.image_digest
WHERE kind IN ('setuid', 'setgid')
