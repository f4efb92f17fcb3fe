-- The vulnerabilities of the fleet that go by a name. Parameter: name, in lower case.
SELECT DISTINCT vulnerability
FROM findings
WHERE lower(vulnerability) = $name OR list_contains(list_transform(aliases, lambda alias: lower(alias)), $name)
