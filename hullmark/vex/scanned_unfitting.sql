/* Where `vex_statements` fit no finding: what the first of them says of a vulnerability that was found, and where it was found. Reads
   `finding`, `called`, `vex_statements`, `vex_findings`. */
SELECT source, product, finding.vulnerability, finding.purl, finding.image_digest
FROM (SELECT *, unnest(list_append(coalesce(aliases, []), vulnerability)) AS name FROM vex_statements) AS stated
JOIN called ON called.called = stated.name
JOIN finding ON finding.vulnerability = called.vulnerability
WHERE NOT EXISTS (FROM vex_findings)
ORDER BY "row", finding.vulnerability, finding.purl
LIMIT 1
