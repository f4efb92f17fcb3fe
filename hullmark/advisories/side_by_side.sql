/* In which order the advisories of a snapshot lie: by the first package that each is about, those about none last, then by id. Reads
   `advisory`, whose `place` is where each stands now, `affected` and `affected_versions`. */
SELECT place
FROM advisory
LEFT JOIN (
    SELECT advisory_id, min(name) AS package
    FROM (SELECT advisory_id, name FROM affected UNION ALL SELECT advisory_id, name FROM affected_versions)
    GROUP BY advisory_id
) USING (advisory_id)
ORDER BY package NULLS LAST, advisory_id, place
