-- The tags of the repositories of a name, those that were pushed last first. Parameter: name.
SELECT unnest(tags) AS tag, max(pushed_at) AS pushed_at
FROM images
WHERE state = 'present' AND $name IN (repository, registry || '/' || repository)
GROUP BY tag
ORDER BY pushed_at DESC NULLS LAST, tag DESC
