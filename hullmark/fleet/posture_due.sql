/* The repositories that are asked how they are set up: new ones, and those that were last asked before $before. Reads `described`,
   `repositories`. */
SELECT described.account, described.region, list(described.repository ORDER BY described.repository) AS repositories
FROM described
LEFT JOIN repositories AS known ON known.registry = described.registry AND known.repository = described.repository
    AND known.state = 'present'
WHERE known.asked_at IS NULL OR known.asked_at < $before::TIMESTAMPTZ
GROUP BY ALL
ORDER BY ALL
