/*
id = "HM001"
title = "Runs as root"
severity = "high"
refs = ["CIS Docker 1.7 4.1", "NIST SP 800-190 4.1.2"]
applies = "SELECT digest AS subject FROM image"
fix = "Add a USER instruction with a user that is not root."
*/
SELECT digest AS subject, CASE WHEN coalesce("user", '') = '' THEN 'config.User is empty' ELSE 'config.User is ' || "user" END AS evidence
FROM image
WHERE regexp_full_match(coalesce("user", ''), '(|root|0+)(:.*)?')
