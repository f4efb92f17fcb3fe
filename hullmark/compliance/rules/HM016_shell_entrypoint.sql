/*
id = "HM016"
title = "Starts through a shell"
severity = "low"
refs = ["CIS Docker 1.7 4.9"]
applies = "SELECT digest AS subject FROM image"
fix = "Write ENTRYPOINT and CMD as JSON arrays, so that signals reach the program."
*/
SELECT digest AS subject, 'its command is ' || left(entrypoint, 160) AS evidence
FROM image
WHERE regexp_matches(entrypoint, '^\["(/usr)?/bin/(ba|da|a)?sh", ?"-c"')
