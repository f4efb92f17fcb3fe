-- What became of an image when it was last looked at, the worst place first. Parameter: digest.
SELECT status, coalesce(detail, '') AS detail
FROM digests
WHERE digest = $digest
ORDER BY list_position(['failed', 'partial'], status) NULLS LAST
LIMIT 1
