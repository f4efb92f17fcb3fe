/* One row for each record of a snapshot, to see what differs between two: `digest` is of everything in it that findings hang on,
   `packages` are those that it speaks of ("Debian:12|openssl"), `vulnerabilities` what it is about and its aliases; `rejects`: it says
   that its vulnerability is none. */
WITH part AS (
    SELECT
        advisory_id AS record,
        hash(feed, aliases, vulnerability_ids, summary, severity, score, vector, severity_source, modified, withdrawn,
            withdrawn_reason) AS digest,
        NULL AS package, list_distinct(list_concat(vulnerability_ids, aliases, [advisory_id])) AS vulnerabilities,
        withdrawn_reason = 'rejected' AS rejects
    FROM advisories
    UNION ALL
    SELECT advisory_id, hash(affected), ecosystem || '|' || name, NULL, NULL FROM affected
    UNION ALL
    SELECT advisory_id, hash(affected_versions), ecosystem || '|' || name, NULL, NULL FROM affected_versions
    UNION ALL
    SELECT cve, hash(kev, kev_due, kev_ransomware, epss, epss_percentile), NULL, [cve], NULL FROM exploitation
)
SELECT
    record,
    (sum(digest::HUGEINT) % 9223372036854775807)::BIGINT AS digest,
    coalesce(list(DISTINCT package) FILTER (WHERE package IS NOT NULL), []) AS packages,
    coalesce(any_value(vulnerabilities), []) AS vulnerabilities,
    coalesce(bool_or(rejects), false) AS rejects
FROM part
GROUP BY record
ORDER BY record
