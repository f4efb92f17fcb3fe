-- One image: what its registry and its configuration say of it; the place that comes first by name stands for all.
SELECT *, count(*) OVER () AS places
FROM fleet
WHERE digest = $digest
ORDER BY registry, repository
LIMIT 1
