/*
id = "HM021"
title = "Could not be read whole"
severity = "high"
refs = ["NIST SP 800-190 4.1.1", "FedRAMP container scanning 2", "SOC 2 CC7.1"]
applies = "SELECT DISTINCT digest AS subject FROM digests WHERE status IN ('scanned', 'unchanged', 'partial', 'failed')"
fix = "See the reason in its row of coverage."
*/
SELECT digest AS subject, min(reason || ': ' || left(detail, 200)) AS evidence
FROM digests
WHERE status IN ('partial', 'failed')
GROUP BY digest
