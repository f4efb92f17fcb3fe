/*
id = "HM002"
title = "Has no HEALTHCHECK"
severity = "low"
refs = ["CIS Docker 1.7 4.6"]
applies = "SELECT digest AS subject FROM image WHERE healthcheck IS NOT NULL"
fix = "Add a HEALTHCHECK instruction, or leave it to the orchestrator and except this rule."
*/
SELECT digest AS subject, 'config.Healthcheck is not set' AS evidence FROM image WHERE healthcheck IS NOT NULL AND NOT healthcheck
