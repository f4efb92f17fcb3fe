-- As 10_exception_findings.sql, of a lake without exceptions: no plan need look at findings for them.
CREATE VIEW exception_findings AS
SELECT
    ''::VARCHAR AS registry, ''::VARCHAR AS repository, ''::VARCHAR AS image_digest, ''::VARCHAR AS package_key, ''::VARCHAR AS vulnerability,
    ''::VARCHAR AS exempt, NULL::TIMESTAMPTZ AS exception_ended
WHERE false
