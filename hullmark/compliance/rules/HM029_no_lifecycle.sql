/*
id = "HM029"
title = "Keeps its images for ever"
severity = "low"
refs = ["AWS FSBP ECR.3", "NIST SP 800-190 4.2.2"]
applies = "SELECT subject FROM repository WHERE lifecycle_rules IS NOT NULL"
unknown = "FROM not_known('lifecycle')"
fix = "Give the repository a lifecycle policy, so that images that nobody uses go away."
*/
SELECT subject, 'it has no lifecycle policy' AS evidence FROM repository WHERE lifecycle_rules = 0
