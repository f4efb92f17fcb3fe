/*
id = "HM012"
title = "Holds sudo"
severity = "medium"
refs = ["CIS Docker 1.7 4.1"]
applies = "SELECT digest AS subject FROM image"
fix = "Remove it: a container runs as one user."
*/
SELECT DISTINCT image_digest AS subject, name || ' ' || version || ' is installed' AS evidence
FROM packages SEMI JOIN image ON image.digest = packages.image_digest
WHERE name IN ('sudo', 'doas', 'sudo-rs') AND type IN ('deb', 'apk', 'rpm', 'alpm', 'opkg')
