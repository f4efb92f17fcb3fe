/* What each source says of the severity of a vulnerability: a word, or a vector of CVSS 2, 3 or 4 with its score, and when its advisory
   was published and last modified. Reads `severities` and `about`. */
SELECT DISTINCT
    advisory_id AS advisory, severities.feed, severities.source, kind, severities.vector, severities.score, severities.severity, published,
    modified
FROM severities JOIN about USING (advisory_id)
ORDER BY ALL
