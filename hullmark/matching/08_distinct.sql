/* Each distinct package, however many images carry it. Reads `installed`. */
CREATE OR REPLACE TEMP TABLE distinct_package AS
SELECT DISTINCT type, ecosystem, name, version, place, advisory_name, advisory_version, version_key, module, binary_name FROM installed
