/* Where the advisories about a package are looked for: its ecosystem; for a package of Ubuntu Pro, which its version shows, that of Pro. */
CREATE OR REPLACE TEMP MACRO place_of(ecosystem, advisory_version) AS (
    CASE
        WHEN NOT starts_with(ecosystem, 'Ubuntu:') OR starts_with(ecosystem, 'Ubuntu:Pro:') THEN ecosystem
        WHEN contains(lower(advisory_version), 'fips') THEN replace(ecosystem, 'Ubuntu:', 'Ubuntu:Pro:FIPS-updates:')
        WHEN regexp_matches(advisory_version, '[+~]esm[0-9]') THEN replace(ecosystem, 'Ubuntu:', 'Ubuntu:Pro:')
        ELSE ecosystem
    END
)
