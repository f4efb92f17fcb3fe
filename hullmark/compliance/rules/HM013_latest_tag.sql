/*
id = "HM013"
title = "Is known by the tag latest alone"
severity = "medium"
refs = ["CIS Docker 1.7 5.28", "NIST SP 800-190 4.1.5"]
applies = "SELECT digest AS subject FROM image WHERE len(tags) > 0"
fix = "Tag it with a version as well, and deploy by that or by digest."
*/
SELECT digest AS subject, 'its tags are ' || array_to_string(tags, ', ') AS evidence
FROM image
WHERE len(tags) > 0 AND len(list_filter(tags, lambda tag: NOT regexp_full_match(tag, 'latest|stable|main|master|dev|edge'))) = 0
