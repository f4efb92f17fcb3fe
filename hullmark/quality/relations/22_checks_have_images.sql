/*
title = "what fails a rule is a digest or a repository that a registry listed"
level = "error"
*/
SELECT image_digest AS subject, rule AS evidence FROM checks
WHERE image_digest NOT IN (
    SELECT digest FROM images UNION SELECT digest FROM digests UNION SELECT registry || '/' || repository FROM repositories
)
