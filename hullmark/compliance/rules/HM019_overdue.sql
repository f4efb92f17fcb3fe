/*
id = "HM019"
title = "Has findings that are past their date"
severity = "high"
refs = ["PCI DSS 4.0 6.3.3", "FedRAMP container scanning 6", "SOC 2 CC7.1", "ISO 27001 A.8.8"]
applies = "SELECT digest AS subject FROM image"
fix = "Fix them, or ask for an exception with an owner and a date."
*/
SELECT image_digest AS subject, overdue || ' findings, the oldest due on ' || strftime(earliest, '%Y-%m-%d') AS evidence
FROM image_findings
WHERE overdue > 0
