/* The findings of the images in `scope` that are new or say something else, in the columns of `findings`. Every row in the table is open; what has
   closed is an event. first_seen is kept, last_seen is when a row was last written, which is when something in it changed.
   Reads `found` and `compared`. */
SELECT
    found.image_digest, found.package_key, found.vulnerability, found.aliases, found.advisory, found.type,
    found.package, found.version, found.purl, found.path, found.layer, found.layer_index, found.fixed_version,
    found.severity, found.score, found.vector, found.kev, found.kev_due, found.kev_ransomware, found.epss,
    found.epss_percentile, found.summary, found.severity_source, found.fix_state, found.rule, found.note,
        'open' AS status,
    coalesce(compared.first_seen, $at::TIMESTAMPTZ) AS first_seen, $at::TIMESTAMPTZ AS last_seen
FROM found
SEMI JOIN scope USING (image_digest)
JOIN compared USING (image_digest, package_key, vulnerability)
