/* Yesterday's findings beside today's, row by row. Reads `finding`, `findings`, `images`, `packages` and `reread`. */
CREATE OR REPLACE TEMP TABLE compared AS
WITH image AS (
    SELECT digest AS image_digest, bool_or(state = 'present') AS here, bool_or(state = 'untagged') AS untagged,
        min(first_seen) = $at::TIMESTAMPTZ AS new
    FROM images GROUP BY digest
)
SELECT
    image_digest, package_key, vulnerability, old.first_seen,
    old.vulnerability IS NULL AS opened,
    new.vulnerability IS NULL AS closed,
    new.severity IS DISTINCT FROM old.severity AS severity_changed,
    new.fixed_version IS DISTINCT FROM old.fixed_version AS range_changed,
    new.kev IS DISTINCT FROM old.kev AS exploitation_changed,
    row(new.aliases, new.advisory, new.purl, new.layer, new.layer_index, new.score, new.vector, new.kev_due, new.kev_ransomware,
        new.epss, new.epss_percentile, new.summary)
        IS DISTINCT FROM
    row(old.aliases, old.advisory, old.purl, old.layer, old.layer_index, old.score, old.vector, old.kev_due, old.kev_ransomware,
        old.epss, old.epss_percentile, old.summary) AS rest_changed,
    old.severity AS old_severity, new.severity AS new_severity,
    old.fixed_version AS old_fixed, new.fixed_version AS new_fixed,
    coalesce(image.new, false) AS new_image, coalesce(image.here, false) AS here, coalesce(image.untagged, false) AS untagged,
    image_digest IN (SELECT image_digest FROM reread) AS reread
FROM finding AS new
FULL JOIN findings AS old USING (image_digest, package_key, vulnerability)
LEFT JOIN image USING (image_digest)
