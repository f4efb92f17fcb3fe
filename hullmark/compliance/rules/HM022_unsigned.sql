/*
id = "HM022"
title = "Has no signature"
severity = "low"
refs = ["CIS Docker 1.7 4.5", "NIST SP 800-190 4.1.5"]
applies = "SELECT digest AS subject FROM image"
fix = "Sign it when it is pushed, with cosign or notation."
*/
SELECT image.digest AS subject, 'no signature of it is in its repository' AS evidence
FROM image
ANTI JOIN (SELECT subject FROM evidence WHERE kind = 'signature') AS signed
    ON signed.subject = image.digest OR signed.subject = image.index_digest
