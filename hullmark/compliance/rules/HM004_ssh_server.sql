/*
id = "HM004"
title = "Holds an SSH server"
severity = "high"
refs = ["CIS Docker 1.7 5.6", "NIST SP 800-190 4.1.2"]
applies = "SELECT digest AS subject FROM image"
fix = "Remove it: use the runtime's exec for debugging."
*/
SELECT DISTINCT image_digest AS subject, name || ' ' || version || ' is installed' AS evidence
FROM packages SEMI JOIN image ON image.digest = packages.image_digest
WHERE name IN ('openssh-server', 'dropbear', 'dropbear-bin', 'tinysshd') AND type IN ('deb', 'apk', 'rpm', 'alpm', 'opkg')
UNION ALL
SELECT digest, 'config.ExposedPorts has 22' FROM image WHERE list_has_any(ports, ['22', '22/tcp'])
