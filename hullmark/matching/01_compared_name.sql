/* The name by which a package is compared: NuGet and Packagist know no case. As `purl.advisory_name` has it, for packages of an older lake. */
CREATE OR REPLACE TEMP MACRO compared_name(ecosystem, name) AS (
    CASE WHEN ecosystem IN ('NuGet', 'Packagist') THEN lower(name) ELSE name END
)
