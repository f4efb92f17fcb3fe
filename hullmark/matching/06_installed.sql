/* What can be compared, with what decides on which advisories are asked. Reads `matchable` and `restricted`.
   place: the ecosystem; for a package of Ubuntu Pro, TuxCare or Root, which its version shows, theirs. module: "name:stream" of a modular rpm.
   binary_name: the binary package, where an advisory about its source names some; else ''. */
CREATE OR REPLACE TEMP VIEW installed AS
SELECT
    matchable.*,
    place_of(ecosystem, advisory_version, matchable.name) AS place,
    regexp_extract(coalesce(modularity, ''), '^[^:]+:[^:]+') AS module,
    CASE WHEN restricted.advisory_name IS NULL THEN '' ELSE matchable.name END AS binary_name
FROM matchable LEFT JOIN restricted USING (ecosystem, advisory_name)
WHERE ecosystem <> '' AND advisory_name <> ''
