-- The views that a connection has.
SELECT view_name FROM duckdb_views() WHERE NOT internal
