-- By which name a package of the image is meant: as it is, or as "type/name", in any case of letters. Reads `package`. Parameter: said.
SELECT meant
FROM (SELECT type, advisory_name AS meant, 0 AS rank FROM package UNION ALL SELECT type, name, 1 FROM package) AS names
WHERE meant <> '' AND lower($said) IN (lower(meant), lower(type || '/' || meant))
ORDER BY meant <> $said, rank, meant
LIMIT 1
