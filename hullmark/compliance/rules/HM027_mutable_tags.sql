/*
id = "HM027"
title = "Its tags can be moved to other images"
severity = "medium"
refs = ["AWS FSBP ECR.2", "NIST SP 800-190 4.2.2", "CIS Docker 1.7 5.28"]
applies = "SELECT subject FROM repository WHERE tag_mutability <> ''"
unknown = "FROM not_known('tags')"
fix = "Set the repository's tag immutability, and deploy by digest meanwhile."
*/
SELECT subject, 'its tags are ' || tag_mutability AS evidence FROM repository WHERE starts_with(tag_mutability, 'mutable')
