/*
id = "HM026"
title = "A runtime in it gets no fixes any more, or soon will not"
severity = "high"
refs = ["NIST SP 800-190 4.1.1", "PCI DSS 4.0 12.3.4", "ISO 27001 A.8.8"]
applies = "SELECT image_digest AS subject FROM image_life WHERE kind = 'runtime'"
fix = "Build it with a release of the runtime that gets fixes."
*/
SELECT image_digest AS subject, evidence FROM image_life WHERE kind = 'runtime' AND near
