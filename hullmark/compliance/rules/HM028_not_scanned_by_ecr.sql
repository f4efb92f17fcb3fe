/*
id = "HM028"
title = "ECR does not scan it by itself"
severity = "low"
refs = ["AWS FSBP ECR.1", "NIST SP 800-190 4.1.1"]
applies = "SELECT subject FROM repository WHERE scanning <> ''"
unknown = "FROM not_known('scanning')"
fix = "Add a rule to the registry's scanning configuration. Hullmark reads the images all the same."
*/
SELECT subject, 'neither the registry nor the repository has it scanned on push' AS evidence FROM repository WHERE scanning = 'manual'
