/*
id = "HM017"
title = "Has critical or high vulnerabilities that have a fix"
severity = "high"
refs = ["CIS Docker 1.7 4.4", "NIST SP 800-190 4.1.1", "PCI DSS 4.0 6.3.3"]
applies = "SELECT digest AS subject FROM image"
fix = "See hullmark fixes IMAGE."
*/
SELECT image_digest AS subject, fixable || ' findings, such as ' || fixable_example AS evidence FROM image_findings WHERE fixable > 0
