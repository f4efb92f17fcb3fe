/* The advisories about one vulnerability, under whichever of its names: table `about`, the rows of `advisories`. An advisory that
   names the id as an alias, and is about one vulnerability alone, brings that vulnerability's other advisories with it.
   Parameter: vulnerability. */
CREATE OR REPLACE TEMP TABLE about AS
WITH same AS (
    SELECT DISTINCT unnest(list_append(vulnerability_ids, $vulnerability)) AS name
    FROM advisories
    WHERE len(vulnerability_ids) = 1 AND (advisory_id = $vulnerability OR list_contains(aliases, $vulnerability))
    UNION SELECT $vulnerability
)
SELECT * FROM advisories
WHERE list_has_any(list_append(list_concat(vulnerability_ids, aliases), advisory_id), (SELECT list(name) FROM same))
