/*
id = "HM032"
title = "Is open to other accounts"
severity = "low"
refs = ["NIST SP 800-190 4.2.3", "ISO 27001 A.8.3"]
applies = "SELECT subject FROM repository WHERE access <> ''"
unknown = "FROM not_known('access')"
fix = "Check that each of them still needs it."
*/
SELECT subject, 'its policy lets in ' || array_to_string(shared_with[:5], ', ') || CASE WHEN len(shared_with) > 5 THEN ' and others' ELSE '' END AS evidence
FROM repository
WHERE access = 'shared'
