-- What became of the digests of the run, by status and reason; the most frequent first.
SELECT status, reason, count(*) AS digests, min(repository || '@' || digest) AS example
FROM coverage
WHERE run = $run
GROUP BY ALL
ORDER BY digests DESC, status, reason
