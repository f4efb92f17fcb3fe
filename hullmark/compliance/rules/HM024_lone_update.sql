/*
id = "HM024"
title = "Updates package lists without installing in the same instruction"
severity = "low"
refs = ["CIS Docker 1.7 4.7"]
applies = "SELECT digest AS subject FROM image"
fix = "Put update and install into one RUN instruction, so that a cached list is never used."
*/
SELECT DISTINCT image_digest AS subject, left(created_by, 200) AS evidence
FROM image_layers SEMI JOIN image ON image.digest = image_layers.image_digest
WHERE regexp_matches(created_by, '\b(apt-get|apt|apk|yum|dnf|zypper)\s+(-\S+\s+)*(update|makecache|refresh)\b')
    AND NOT regexp_matches(created_by, '\b(install|add|upgrade|dist-upgrade)\b')
