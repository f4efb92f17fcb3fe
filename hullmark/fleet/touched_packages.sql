/* The packages that a changed record could mean something for. Reads `touched_record`, the indexes `old_index` and `new_index` of
   the feeds that changed, and `all_index` of all.
   Which vulnerability an advisory is about, which advisory decides and what its score is hang on other advisories about the same
   package, and on all advisories about the same CVE. So it is every package of a changed record, and every package of whatever
   is about a vulnerability that a changed record names. What Ubuntu Pro says counts for the release as well. */
CREATE OR REPLACE TEMP TABLE touched_package AS
WITH changed AS MATERIALIZED (
    SELECT packages, vulnerabilities
    FROM (FROM old_index UNION ALL FROM new_index) SEMI JOIN touched_record USING (record)
),
vulnerability AS (
    SELECT DISTINCT unnest(vulnerabilities) AS name FROM changed
    UNION SELECT record FROM touched_record
),
package AS (
    SELECT unnest(packages) AS package FROM changed
    UNION
    SELECT unnest(packages)
    FROM (SELECT packages, unnest(vulnerabilities) AS name FROM all_index WHERE len(packages) > 0)
    SEMI JOIN vulnerability USING (name)
)
SELECT DISTINCT
    regexp_replace(split_part(package, '|', 1), '^Ubuntu:Pro:([^0-9:]+:)?', 'Ubuntu:') AS ecosystem,
    package[length(split_part(package, '|', 1)) + 2:] AS advisory_name
FROM package
