-- The statements about exploitability (VEX) that had been imported by then, and were not taken out. Parameter: moment.
SELECT
    document, "row", author, issued_at, "at", source, imported_at, imported_by, vulnerability, status, justification, detail, product,
    image_digest, repository, tag
FROM vex_statements_at($moment::TIMESTAMPTZ)
ORDER BY document, "row"
