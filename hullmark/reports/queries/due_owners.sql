-- What each owner has to fix, a vulnerability of a package in a repository counting once: how much is past its date, and how much will be
-- within so many days. Reads `due` (40_due.sql). Parameters: now, days.
SELECT
    owner, count(*) AS open, count(*) FILTER (due < $now::TIMESTAMPTZ) AS overdue,
    count(*) FILTER (due < $now::TIMESTAMPTZ AND kev) AS exploited,
    count(*) FILTER (due < $now::TIMESTAMPTZ AND severity IN ('critical', 'high')) AS grave,
    count(*) FILTER (due >= $now::TIMESTAMPTZ AND due < $now::TIMESTAMPTZ + to_days($days::INTEGER)) AS soon,
    min(due) FILTER (due < $now::TIMESTAMPTZ) AS oldest, min(due) FILTER (due >= $now::TIMESTAMPTZ) AS next_due,
    count(DISTINCT (account, repository)) AS repositories
FROM due
GROUP BY owner
ORDER BY exploited DESC, overdue DESC, soon DESC, owner = '', owner
