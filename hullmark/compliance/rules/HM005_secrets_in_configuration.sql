/*
id = "HM005"
title = "Holds a secret in its environment, labels or build history"
severity = "critical"
refs = ["CIS Docker 1.7 4.10", "NIST SP 800-190 4.1.4"]
applies = "SELECT digest AS subject FROM image"
fix = "Pass it at run time, build with secret mounts, and change the secret: whoever pulls the image has it."
*/
SELECT image_digest AS subject, kind || ' in ' || path || ': ' || evidence AS evidence
FROM exposures SEMI JOIN image ON image.digest = exposures.image_digest
WHERE layer_index IS NULL AND kind NOT IN ('setuid', 'setgid', 'world-writable', 'package-cache', 'more-secrets') AND NOT starts_with(kind, 'example-')
