/*
title = "every finding is of a package that its image has"
level = "error"
*/
SELECT image_digest AS subject, vulnerability || ' of ' || package || ' ' || version AS evidence
FROM findings ANTI JOIN (SELECT image_digest, type, name AS package, version FROM packages) AS there USING (image_digest, type, package, version)
