-- What is to be fixed, by its date, the longest overdue first; one page of it. Only what is shown is counted and named. Reads what
-- `register_due` leaves. Parameters: now, days (those that are due later are left out), owners (all for none; "" is nobody), limit, offset.
-- days_left: below 0 where it is overdue.
WITH chosen AS MATERIALIZED (
    SELECT place, what, rank, kev, due
    FROM due
    SEMI JOIN (FROM due_place WHERE len($owners::VARCHAR[]) = 0 OR list_contains($owners::VARCHAR[], owner)) AS asked USING (place)
    WHERE due < $now::TIMESTAMPTZ + to_days($days::INTEGER)
),
page AS MATERIALIZED (
    FROM chosen ORDER BY due, place, what LIMIT $limit OFFSET $offset
),
told AS (
    SELECT place, what, coalesce(max(fixed_version), '') AS fixed_version, count(DISTINCT image) AS images, min(since) AS first_seen
    FROM (SELECT image, unnest(places) AS place FROM due_image)
    JOIN due_carried USING (image)
    JOIN due_line USING (kin)
    JOIN page USING (place, what)
    ANTI JOIN due_none USING (place, kin, what)
    GROUP BY place, what
)
SELECT
    owner, account, repository, package, vulnerability, [severity_named(rank)] AS severity, CASE WHEN kev THEN ['KEV'] ELSE [] END AS exploited,
    fixed_version, images, first_seen, due, round(epoch(due - $now::TIMESTAMPTZ) / 86400, 1) AS days_left,
    (SELECT count(*) FROM chosen) AS total
FROM page
JOIN told USING (place, what)
JOIN due_place USING (place)
JOIN due_what USING (what)
ORDER BY due, place, what
