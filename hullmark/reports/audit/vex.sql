-- The statements about exploitability (VEX) that had been imported by then. Parameter: moment.
SELECT
    document, "row", author, issued_at, "at", source, imported_at, imported_by, vulnerability, status, justification, detail, product,
    image_digest, repository, tag
FROM vex_statements
WHERE imported_at <= $moment::TIMESTAMPTZ
ORDER BY document, "row"
