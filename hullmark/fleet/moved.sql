/* Which findings differ between what is stored and what was found now, by hashes of their keys: few columns of many rows.
   Reads `found` and `stored`. */
CREATE OR REPLACE TEMP TABLE moved AS
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
SELECT image, slot FROM new FULL JOIN old USING (image, slot) WHERE new.content IS DISTINCT FROM old.content
