/* Packages of `installed` in the versions that advisories speak of, the eight highest of each. Reads `installed` and `affected`. */
SELECT DISTINCT installed.type, installed.name, installed.ecosystem, installed.advisory_name, affected.high AS version
FROM installed
JOIN affected ON affected.ecosystem = installed.ecosystem AND affected.name = installed.advisory_name
WHERE affected.high <> ''
QUALIFY row_number() OVER (PARTITION BY installed.ecosystem, installed.advisory_name ORDER BY affected.high_key DESC) <= 8
ORDER BY ALL
