-- The lines of tags of each repository with more than one image, the longest first: what the page History offers.
SELECT registry || '/' || repository AS place, repository, line, platform, max(steps) AS steps, max(since) AS newest
FROM tag_steps
GROUP BY ALL
ORDER BY repository, steps DESC, line, platform, place
