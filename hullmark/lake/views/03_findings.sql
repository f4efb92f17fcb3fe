-- The findings: what is said of a package, for each image that carries it. A new or another word of an advisory changes one verdict,
-- however many images it is about. Every row is open; what has closed is an event.
CREATE OR REPLACE VIEW findings AS
SELECT
    carried.image_digest, carried.package_key, said.vulnerability, said.aliases, said.advisory, said.type, said.package, said.version,
    carried.purl, carried.path, carried.layer, carried.layer_index, said.fixed_version, said.severity, said.score, said.vector,
    said.kev, said.kev_due, said.kev_ransomware, said.epss, said.epss_percentile, said.summary, said.severity_source,
    said.fix_state, said.rule, said.note, 'open' AS status, greatest(carried.first_seen, said.first_seen) AS first_seen,
    greatest(carried.last_seen, said.last_seen) AS last_seen
FROM vulnerable_packages AS carried
JOIN verdicts AS said USING (subject)
