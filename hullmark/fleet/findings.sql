/* Today's findings of the images in `scope`, in the columns of `findings`: first_seen is kept, last_seen is when a row was
   last written. Every row in the table is open; what has closed is an event. */
SELECT
    finding.image_digest, finding.package_key, finding.vulnerability, finding.aliases, finding.advisory, finding.type,
    finding.package, finding.version, finding.purl, finding.path, finding.layer, finding.layer_index, finding.fixed_version,
    finding.severity, finding.score, finding.vector, finding.kev, finding.kev_due, finding.kev_ransomware, finding.epss,
    finding.epss_percentile, finding.summary, finding.severity_source, finding.fix_state, finding.rule, finding.note,
    'open' AS status,
    coalesce(compared.first_seen, $at::TIMESTAMPTZ) AS first_seen, $at::TIMESTAMPTZ AS last_seen
FROM finding
SEMI JOIN scope USING (image_digest)
JOIN compared USING (image_digest, package_key, vulnerability)
