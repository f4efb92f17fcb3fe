/* The images whose findings must be written again, and how many rows each has now. */
SELECT image_digest, count(*) FILTER (NOT closed) AS rows
FROM compared
GROUP BY image_digest
HAVING bool_or(opened OR closed OR severity_changed OR range_changed OR exploitation_changed OR rest_changed)
ORDER BY image_digest
