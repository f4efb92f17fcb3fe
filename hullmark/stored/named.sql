/* The places of images that a person may mean by "repository:tag", "repository@digest", a digest or its beginning, each also of an
   index; those that are gone come last. Parameter: name. `tag` is the tag that was named. */
WITH place AS (
    SELECT
        registry, repository, digest, coalesce(tags, []) AS tags, coalesce(platform, '') AS platform, media_type, state,
        coalesce(os_id, '') AS os_id, coalesce(os_version, '') AS os_version, coalesce(os_name, '') AS os_name,
        coalesce(content_sets, []) AS content_sets, coalesce(index_digest, '') AS index_digest, pushed_at,
        registry || '/' || repository AS whole
    FROM images
),
named AS (
    SELECT *, list_filter(tags, lambda tag: $name IN (repository || ':' || tag, whole || ':' || tag)) AS named_tags FROM place
)
SELECT * EXCLUDE (whole, named_tags), coalesce(named_tags[1], '') AS tag
FROM named
WHERE len(named_tags) > 0
    OR $name IN (repository || '@' || digest, whole || '@' || digest)
    OR index_digest <> '' AND $name IN (repository || '@' || index_digest, whole || '@' || index_digest)
    OR len($name) > 12 AND starts_with($name, 'sha256:') AND (starts_with(digest, $name) OR starts_with(index_digest, $name))
ORDER BY state <> 'present', registry, repository, platform, digest
