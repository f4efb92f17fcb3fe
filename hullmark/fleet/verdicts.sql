/* The verdicts that are new or say something else, in the columns of `verdicts`. last_seen is when something in it changed.
   Reads `verdict_now`, `verdict_moved` and `verdict_since`. */
SELECT verdict_now.*, coalesce(moved.first_seen, since.first_seen, $at::TIMESTAMPTZ) AS first_seen, $at::TIMESTAMPTZ AS last_seen
FROM verdict_now
JOIN (FROM verdict_moved WHERE NOT closed) AS moved USING (subject, vulnerability)
LEFT JOIN (SELECT subject, vulnerability, min(first_seen) AS first_seen FROM verdict_since GROUP BY ALL) AS since
    USING (subject, vulnerability)
