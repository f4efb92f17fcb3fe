/*
id = "HM023"
title = "Runs a script straight from the network while it is built"
severity = "medium"
refs = ["CIS Docker 1.7 4.11"]
applies = "SELECT digest AS subject FROM image"
fix = "Download it, verify its checksum or signature, then run it."
*/
SELECT DISTINCT image_digest AS subject, left(created_by, 200) AS evidence
FROM image_layers SEMI JOIN image ON image.digest = image_layers.image_digest
WHERE regexp_matches(created_by, '(curl|wget)\b[^|&;]{1,400}\|\s*(sudo\s+)?(ba|da|z)?sh\b')
