/* The statements of documents as rows of `vex_removed`. Reads `vex_statements`. Parameters: documents, by, at. */
SELECT *, $at::TIMESTAMPTZ AS removed_at, $by AS removed_by
FROM vex_statements
WHERE list_contains($documents, document)
