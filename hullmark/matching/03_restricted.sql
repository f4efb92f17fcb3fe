/* The packages of which some advisory names binary packages; Ubuntu Pro's count as those of the release. Reads `affected`. */
CREATE OR REPLACE TEMP TABLE restricted AS
SELECT DISTINCT main_of(ecosystem) AS ecosystem, name AS advisory_name
FROM affected
WHERE len(binaries) > 0
