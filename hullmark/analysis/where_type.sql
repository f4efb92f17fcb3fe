-- Whether a word is a type of packages that the fleet holds; one row, or none. Parameter: type.
SELECT type FROM packages WHERE type = $type LIMIT 1
