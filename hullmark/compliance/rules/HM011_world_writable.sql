/*
id = "HM011"
title = "Has files that everybody may change"
severity = "medium"
refs = ["CIS Docker 1.7 4.8"]
applies = "SELECT digest AS subject FROM image"
fix = "Take the write permission of others away with chmod o-w."
*/
SELECT image_digest AS subject, path || ': ' || evidence AS evidence
FROM exposures SEMI JOIN image ON image.digest = exposures.image_digest
WHERE kind = 'world-writable'
