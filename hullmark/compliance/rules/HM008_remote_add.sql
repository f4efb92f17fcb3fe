/*
id = "HM008"
title = "Adds files from the network while it is built"
severity = "medium"
refs = ["CIS Docker 1.7 4.9"]
applies = "SELECT digest AS subject FROM image"
fix = "Use COPY, or RUN with a download whose checksum is verified."
*/
SELECT DISTINCT image_digest AS subject, left(created_by, 200) AS evidence
FROM image_layers SEMI JOIN image ON image.digest = image_layers.image_digest
WHERE regexp_matches(created_by, '\bADD (--\S+ )*(https?|ftp|git)://')
