/* The VEX documents that were imported and taken out again, the last first, as often as that was, by the newest issue of each. Reads
   `vex_removed`. */
SELECT
    document_id AS id, author, any_value(format) AS format, any_value(issued_at) AS issued_at, count(*) AS statements,
    max(imported_at) AS imported_at, arg_max(imported_by, imported_at) AS imported_by, arg_max(source, imported_at) AS source,
    removed_at, any_value(removed_by) AS removed_by
FROM (
    SELECT *
    FROM vex_removed
    WHERE NOT starts_with(source, 'attestation ')
    QUALIFY dense_rank() OVER (PARTITION BY author, document_id, removed_at ORDER BY issued_at DESC, imported_at DESC, document DESC) = 1
)
GROUP BY author, document_id, removed_at
ORDER BY removed_at DESC, author, id
