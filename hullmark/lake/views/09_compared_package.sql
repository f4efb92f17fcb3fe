-- A name of a package as it is compared, by its type: `hullmark.purl.compared_name` in SQL.
CREATE MACRO IF NOT EXISTS compared_package(type, name) AS CASE
    WHEN type = 'pypi' THEN regexp_replace(lower(name), '[-_.]+', '-', 'g')
    WHEN type IN ('composer', 'nuget') THEN lower(name)
    ELSE name
END
