/*
id = "HM014"
title = "Was built more than 90 days ago"
severity = "medium"
refs = ["NIST SP 800-190 4.1.1", "FedRAMP container scanning 5"]
applies = "SELECT digest AS subject FROM image WHERE created_at IS NOT NULL"
fix = "Build it again, with its base and packages as they are now."
*/
SELECT digest AS subject, 'built on ' || strftime(created_at, '%Y-%m-%d') AS evidence
FROM image
WHERE created_at < $now::TIMESTAMPTZ - INTERVAL 90 DAY
