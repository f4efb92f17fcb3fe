-- As 11_vex_findings.sql, of a lake without VEX: no plan need look at findings for it.
CREATE VIEW vex_findings AS
SELECT
    ''::VARCHAR AS registry, ''::VARCHAR AS repository, ''::VARCHAR AS image_digest, ''::VARCHAR AS package_key, ''::VARCHAR AS vulnerability,
    ''::VARCHAR AS status, ''::VARCHAR AS justification, ''::VARCHAR AS detail, ''::VARCHAR AS author, ''::VARCHAR AS document_id,
    NULL::TIMESTAMPTZ AS "at"
WHERE false
