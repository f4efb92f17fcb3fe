-- What is to be fixed, by its date, the longest overdue first; one page of it. Reads `due` (40_due.sql). Parameters: now, days (those that
-- are due later are left out), owners (all for none; "" is nobody), limit, offset. days_left: below 0 where it is overdue.
SELECT
    owner, account, repository, package, vulnerability, [severity] AS severity, CASE WHEN kev THEN ['KEV'] ELSE [] END AS exploited,
    fixed_version, images, first_seen, due, round(epoch(due - $now::TIMESTAMPTZ) / 86400, 1) AS days_left, count(*) OVER () AS total
FROM due
WHERE due < $now::TIMESTAMPTZ + to_days($days::INTEGER) AND (len($owners::VARCHAR[]) = 0 OR list_contains($owners::VARCHAR[], owner))
ORDER BY due, repository, account, package, vulnerability
LIMIT $limit OFFSET $offset
