/*
id = "HM020"
title = "Stands on a base that is out of date"
severity = "medium"
refs = ["NIST SP 800-190 4.1.1", "CIS Docker 1.7 4.2"]
applies = "SELECT image_digest AS subject FROM base_images WHERE base_digest <> '' AND image_digest IN (SELECT digest FROM image)"
fix = "Build it on the successor of its base."
*/
SELECT image_digest AS subject, string_agg(DISTINCT evidence, '; ' ORDER BY evidence) AS evidence
FROM outdated SEMI JOIN image ON image.digest = outdated.image_digest
GROUP BY image_digest
