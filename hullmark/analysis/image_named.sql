-- The images of the fleet that a person may mean by "repository:tag", "repository@digest", a digest or its beginning. Parameter: name.
SELECT DISTINCT digest
FROM images
WHERE state = 'present' AND (
    starts_with(digest, CASE WHEN starts_with($name, 'sha256:') AND len($name) > 12 THEN $name ELSE 'none' END)
    OR repository || '@' || digest = $name
    OR registry || '/' || repository || '@' || digest = $name
    OR list_contains(list_transform(tags, lambda tag: repository || ':' || tag), $name)
    OR list_contains(list_transform(tags, lambda tag: registry || '/' || repository || ':' || tag), $name)
)
ORDER BY digest
