/*
id = "HM007"
title = "Holds a private key"
severity = "critical"
refs = ["CIS Docker 1.7 4.10", "NIST SP 800-190 4.1.4"]
applies = "SELECT digest AS subject FROM image"
fix = "Leave the key out of the image, also of its lower layers, and make a new one."
*/
SELECT image_digest AS subject, path || ': ' || evidence
    || CASE WHEN removed_layer <> '' THEN ', removed by layer ' || removed_layer_index || ' and shipped all the same' ELSE '' END AS evidence
FROM exposures SEMI JOIN image ON image.digest = exposures.image_digest
WHERE kind = 'private-key'
