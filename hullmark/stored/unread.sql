-- What became of what a name means and no image is known of, the latest first. Parameter: name.
SELECT status, coalesce(detail, '') AS detail
FROM digests
WHERE $name IN (repository || '@' || digest, registry || '/' || repository || '@' || digest)
    OR len(list_filter(tags, lambda tag: $name IN (repository || ':' || tag, registry || '/' || repository || ':' || tag))) > 0
    OR len($name) > 12 AND starts_with($name, 'sha256:') AND starts_with(digest, $name)
ORDER BY "at" DESC
LIMIT 1
