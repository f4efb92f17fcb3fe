-- What has been said of findings, in each place: `exempt` (id, owner and end of the exception that holds), when the last exception
-- ended, and `vex` (status, reason, author and document). settled: nothing is left to do, for an exception holds or somebody states
-- that the image is not affected or is fixed. What nothing is said of has no row.
CREATE VIEW standing AS
SELECT
    registry, repository, image_digest, package_key, vulnerability,
    coalesce(exempt, '') AS exempt,
    CASE WHEN coalesce(exempt, '') = '' THEN exception_ended END AS exception_ended,
    coalesce(status, '') AS vex_status,
    CASE WHEN status IS NULL THEN '' ELSE status || coalesce(': ' || left(nullif(justification, ''), 200), '') || ' (' || author || ', ' || document_id || ')'
    END AS vex,
    coalesce(exempt, '') <> '' OR coalesce(status, '') IN ('not_affected', 'fixed') AS settled
FROM exception_findings
FULL JOIN vex_findings USING (registry, repository, image_digest, package_key, vulnerability)
