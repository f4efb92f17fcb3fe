-- What each owner has to fix, a vulnerability of a package in a repository counting once: how much is past its date, and how much will be
-- within so many days. Reads what `register_due` leaves. Parameters: now, days.
SELECT
    owner, count(*) AS open, count(*) FILTER (due < $now::TIMESTAMPTZ) AS overdue,
    count(*) FILTER (due < $now::TIMESTAMPTZ AND kev) AS exploited,
    count(*) FILTER (due < $now::TIMESTAMPTZ AND rank >= severity_rank('high')) AS grave,
    count(*) FILTER (due >= $now::TIMESTAMPTZ AND due < $now::TIMESTAMPTZ + to_days($days::INTEGER)) AS soon,
    min(due) FILTER (due < $now::TIMESTAMPTZ) AS oldest, min(due) FILTER (due >= $now::TIMESTAMPTZ) AS next_due,
    count(DISTINCT place) AS repositories
FROM due
JOIN due_place USING (place)
GROUP BY owner
ORDER BY exploited DESC, overdue DESC, soon DESC, owner = '', owner
