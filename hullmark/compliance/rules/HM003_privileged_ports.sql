/*
id = "HM003"
title = "Exposes a privileged port"
severity = "low"
refs = ["CIS Docker 1.7 5.8"]
applies = "SELECT digest AS subject FROM image WHERE len(ports) > 0"
fix = "Listen on a port from 1024 on, and map it outside."
*/
SELECT digest AS subject, 'config.ExposedPorts has ' || port AS evidence
FROM (SELECT digest, unnest(ports) AS port FROM image)
WHERE try_cast(regexp_extract(port, '^([0-9]{1,5})', 1) AS INTEGER) < 1024
