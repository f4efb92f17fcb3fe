-- The keys of versions by the URLs of their packages, where the version that is compared is the one that the URL has.
CREATE VIEW version_keys AS
SELECT DISTINCT carried.purl, known.version_key
FROM vulnerable_packages AS carried
JOIN distinct_packages AS known USING (subject)
WHERE known.version = known.advisory_version
