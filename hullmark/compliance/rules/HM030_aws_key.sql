/*
id = "HM030"
title = "Is encrypted with a key that is not the owner's"
severity = "low"
refs = ["AWS FSBP ECR.5", "ISO 27001 A.8.24"]
applies = "SELECT subject FROM repository WHERE encryption <> ''"
unknown = "FROM not_known('encryption')"
fix = "Make the repository anew with a key of your own in KMS; encryption cannot be changed later."
*/
SELECT subject, 'its encryption is ' || upper(encryption) || ', without a key of its owner''s' AS evidence
FROM repository
WHERE encryption <> '' AND coalesce(kms_key, '') = ''
