/* What each source says of the severity of a vulnerability. Reads `severities` and `advisories`. */
SELECT DISTINCT severities.advisory_id AS advisory, severities.feed, source, kind, vector, score, severity
FROM severities
SEMI JOIN (
    SELECT advisory_id FROM advisories
    WHERE list_contains(list_append(list_concat(vulnerability_ids, aliases), advisory_id), $vulnerability)
) AS about USING (advisory_id)
ORDER BY ALL
