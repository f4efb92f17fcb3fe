/* Where the advisories about a package are looked for: its ecosystem; for a package of Ubuntu Pro, which its version shows, that of Pro;
   for what TuxCare or Root (root.io) built again, theirs. TuxCare's builds for a minor release show it ("el9_2"). Root's of Alpine have a
   revision of five digits, and those of Maven a group of its own. */
CREATE OR REPLACE TEMP MACRO place_of(ecosystem, advisory_version, name) AS (
    CASE
        WHEN contains(advisory_version, 'tuxcare') THEN 'TuxCare:' || ecosystem || CASE
            WHEN regexp_matches(ecosystem, '^(AlmaLinux|Red Hat:enterprise_linux):[0-9]+$')
                THEN regexp_replace(regexp_extract(advisory_version, '[.]el[0-9]+_[0-9]+'), '^.*_', '.')
            ELSE ''
        END
        WHEN contains(advisory_version, 'root.io.') OR (ecosystem = 'Maven' AND starts_with(name, 'io.root.')) OR (
            starts_with(ecosystem, 'Alpine:') AND NOT contains(right(advisory_version, 5), 'r')
            AND regexp_matches(advisory_version, '-r[0-9]{5,}$')
        ) THEN 'Root:' || ecosystem
        WHEN NOT starts_with(ecosystem, 'Ubuntu:') OR starts_with(ecosystem, 'Ubuntu:Pro:') THEN ecosystem
        WHEN contains(lower(advisory_version), 'fips') THEN replace(ecosystem, 'Ubuntu:', 'Ubuntu:Pro:FIPS-updates:')
        WHEN regexp_matches(advisory_version, '[+~]esm[0-9]') THEN replace(ecosystem, 'Ubuntu:', 'Ubuntu:Pro:')
        ELSE ecosystem
    END
)
