/* The names by which advisories are asked for the packages of which something is said. Reads `verdicts` and `distinct_packages`. */
SELECT DISTINCT advisory_name FROM distinct_packages SEMI JOIN (FROM verdicts WHERE fixed_version <> '') AS fixable USING (subject)
