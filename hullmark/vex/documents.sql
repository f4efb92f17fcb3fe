/* The VEX documents that were imported, by the newest issue of each: the last imported first, with the findings that it counts for in any
   place. Reads `vex_statements`, `vex_findings`. Parameter: id ("" for all). */
WITH issued AS (
    SELECT * FROM vex_statements
    WHERE NOT starts_with(source, 'attestation ') AND ($id = '' OR document_id = $id)
),
newest AS (
    SELECT *
    FROM issued
    QUALIFY dense_rank() OVER (PARTITION BY author, document_id ORDER BY issued_at DESC, imported_at DESC, document DESC) = 1
),
counted AS (
    SELECT author, document_id, count(*) AS findings, count(DISTINCT image_digest) AS images
    FROM vex_findings
    WHERE $id = '' OR document_id = $id
    GROUP BY author, document_id
)
SELECT
    document_id AS id, author, any_value(format) AS format, any_value(issued_at) AS issued_at, count(*) AS statements,
    coalesce(any_value(findings), 0) AS findings, coalesce(any_value(images), 0) AS images, max(imported_at) AS imported_at,
    arg_max(imported_by, imported_at) AS imported_by, arg_max(source, imported_at) AS source,
    (SELECT list_sort(list(DISTINCT document)) FROM issued
        WHERE issued.author = newest.author AND issued.document_id = newest.document_id) AS issues
FROM newest LEFT JOIN counted USING (author, document_id)
GROUP BY author, document_id
ORDER BY imported_at DESC, author, id
