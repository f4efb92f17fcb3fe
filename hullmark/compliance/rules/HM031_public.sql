/*
id = "HM031"
title = "Is open to everybody"
severity = "critical"
refs = ["NIST SP 800-190 4.2.3", "PCI DSS 4.0 7.2.1", "ISO 27001 A.8.3"]
applies = "SELECT subject FROM repository WHERE access <> ''"
unknown = "FROM not_known('access')"
fix = "Name in the repository's policy who may pull, or narrow it down with aws:PrincipalOrgID."
*/
SELECT subject, 'its policy lets in everybody who has an AWS account' AS evidence FROM repository WHERE access = 'public'
