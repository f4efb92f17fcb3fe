/* The packages of which some advisory names binary packages, beside a range or a list of versions; Ubuntu Pro's count as those of the
   release. Reads `affected` and `affected_versions`. */
CREATE OR REPLACE TEMP TABLE restricted AS
SELECT DISTINCT main_of(ecosystem) AS ecosystem, name AS advisory_name
FROM (
    SELECT ecosystem, name FROM affected WHERE len(binaries) > 0
    UNION ALL
    SELECT ecosystem, name FROM affected_versions WHERE len(binaries) > 0
)
