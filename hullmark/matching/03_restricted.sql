/* The packages of which some advisory names binary packages; Ubuntu Pro's count as those of the release. Reads `affected`. */
CREATE OR REPLACE TEMP TABLE restricted AS
SELECT DISTINCT regexp_replace(ecosystem, '^Ubuntu:Pro:([^0-9:]+:)?', 'Ubuntu:') AS ecosystem, name AS advisory_name
FROM affected
WHERE len(binaries) > 0
