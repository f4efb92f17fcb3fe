/* What is to be told of the findings of images: statements as others made them, and exceptions as `affected` with what was decided.
   Reads `findings`, `images`, `exception_findings`, `vex_findings`, `exceptions`. Parameter: digest ("" for all). One row for each
   thing that is told, with the packages of images that it is told of. */
WITH told AS (
    SELECT
        registry, repository, image_digest, package_key, vulnerability, status, justification, detail, author, "at"
    FROM vex_findings
    UNION ALL BY NAME
    SELECT
        registry, found.repository, found.image_digest, package_key, found.vulnerability, 'affected' AS status, '' AS justification,
        'Accepted until ' || strftime(expires_at - INTERVAL 1 SECOND, '%Y-%m-%d') || ': ' || reason AS detail, owner AS author, created_at AS "at"
    FROM exception_findings AS found
    JOIN exceptions ON exceptions.id = split_part(exempt, ',', 1)
)
SELECT
    vulnerability, list_sort(list_distinct(flatten(list(coalesce(aliases, []))))) AS aliases, told.status, justification, detail, author, "at",
    list(DISTINCT {'registry': registry, 'repository': repository, 'digest': told.image_digest, 'purl': purl}
        ORDER BY {'registry': registry, 'repository': repository, 'digest': told.image_digest, 'purl': purl}) AS products
FROM told
JOIN findings USING (image_digest, package_key, vulnerability)
WHERE $digest = '' OR image_digest = $digest
GROUP BY vulnerability, told.status, justification, detail, author, "at"
ORDER BY vulnerability, "at", told.status, author
