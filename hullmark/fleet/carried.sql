/* The packages of the images in `rewritten` ($held: of those of which some are stored, or of the others), in the columns of
   `vulnerable_packages`. first_seen stays; for a lake of an older Hullmark it is that of the first of their findings.
   Reads `part_package`, `rewritten`, `vulnerable_packages` and `stored_since`. */
SELECT
    now.*, coalesce(old.first_seen, stored_since.first_seen, $at::TIMESTAMPTZ) AS first_seen,
    CASE WHEN old.subject = now.subject AND content_of(old.package_key, old.subject, old.purl, old.path, old.layer, old.layer_index)
        = content_of(now.package_key, now.subject, now.purl, now.path, now.layer, now.layer_index)
        THEN old.last_seen ELSE $at::TIMESTAMPTZ END AS last_seen
FROM (SELECT * FROM part_package SEMI JOIN (FROM rewritten WHERE held = $held) AS chosen USING (image_digest)) AS now
LEFT JOIN (SELECT * FROM vulnerable_packages SEMI JOIN rewritten USING (image_digest)) AS old USING (image_digest, package_key)
LEFT JOIN stored_since USING (image_digest, package_key)
ORDER BY now.image_digest
