/*
id = "HM006"
title = "Holds a secret in a file"
severity = "critical"
refs = ["CIS Docker 1.7 4.10", "NIST SP 800-190 4.1.4"]
applies = "SELECT digest AS subject FROM image"
fix = "Leave the file out of the image, also of its lower layers, and change the secret."
*/
SELECT image_digest AS subject, kind || ' in ' || path || ': ' || evidence
    || CASE WHEN removed_layer <> '' THEN ', removed by layer ' || removed_layer_index || ' and shipped all the same' ELSE '' END AS evidence
FROM exposures SEMI JOIN image ON image.digest = exposures.image_digest
WHERE layer_index IS NOT NULL AND kind <> 'private-key' AND kind NOT IN ('setuid', 'setgid', 'world-writable', 'package-cache', 'more-secrets') AND NOT starts_with(kind, 'example-')
