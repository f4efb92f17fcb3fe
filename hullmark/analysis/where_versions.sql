-- The versions of a package that the fleet holds: its own, or its source's where it is named by that. Parameters as in where_package.sql.
SELECT DISTINCT type, CASE WHEN lower(name) = $name THEN version ELSE advisory_version END AS compared
FROM packages
WHERE (lower(name) = $name OR lower(advisory_name) = $name) AND ($type = '' OR type = $type)
