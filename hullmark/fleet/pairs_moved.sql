/* What is stored beside what was found now, for each finding of this part that differs. Which ones do is seen by hashes of keys and
   contents: few columns of many rows. Reads `found`, `stored` and `taken_back`. */
CREATE OR REPLACE TEMP TABLE slot_moved AS
WITH new AS (
    SELECT hash(image_digest) AS image, hash(package_key, vulnerability) AS slot,
        hash(aliases, advisory, purl, layer, layer_index, fixed_version, severity, score, vector, kev, kev_due, kev_ransomware, epss,
            epss_percentile, summary, severity_source, fix_state, rule, note) AS content
    FROM found
),
old AS (
    SELECT hash(image_digest) AS image, hash(package_key, vulnerability) AS slot,
        hash(aliases, advisory, purl, layer, layer_index, fixed_version, severity, score, vector, kev, kev_due, kev_ransomware, epss,
            epss_percentile, summary, severity_source, fix_state, rule, note) AS content
    FROM stored
)
SELECT image, slot FROM new FULL JOIN old USING (image, slot) WHERE new.content IS DISTINCT FROM old.content;

CREATE OR REPLACE TEMP TABLE pair AS
SELECT
    image_digest, package_key, vulnerability,
    old.vulnerability IS NULL AS opened,
    new.vulnerability IS NULL AS closed,
    new.severity IS DISTINCT FROM old.severity AS severity_changed,
    new.fixed_version IS DISTINCT FROM old.fixed_version AS range_changed,
    new.kev IS DISTINCT FROM old.kev AS exploitation_changed,
    old.advisory AS old_advisory, coalesce(new.advisory, old.advisory) AS advisory,
    old.severity AS old_severity, new.severity AS new_severity,
    old.fixed_version AS old_fixed, new.fixed_version AS new_fixed,
    CASE WHEN new.vulnerability IS NULL THEN coalesce(cve.reason, withdrawn.reason) END AS taken_back
FROM (
    SELECT * FROM found
    SEMI JOIN slot_moved ON slot_moved.image = hash(image_digest) AND slot_moved.slot = hash(package_key, vulnerability)
) AS new
FULL JOIN (
    SELECT * FROM stored
    SEMI JOIN slot_moved ON slot_moved.image = hash(image_digest) AND slot_moved.slot = hash(package_key, vulnerability)
) AS old USING (image_digest, package_key, vulnerability)
LEFT JOIN taken_back AS cve ON cve.name = old.vulnerability AND cve.reason = 'rejected'
LEFT JOIN taken_back AS withdrawn ON withdrawn.name = old.advisory
