/*
id = "HM015"
title = "Is larger than 1 GB when it is pulled"
severity = "low"
refs = ["NIST SP 800-190 4.1.2"]
applies = "SELECT digest AS subject FROM image"
fix = "Build in stages and copy only what runs."
*/
SELECT digest AS subject, round(size / 1e9, 1) || ' GB in its layers' AS evidence FROM image WHERE size > 1000000000
