/* The images that a person may mean by "repository:tag", "repository@digest", a digest or its beginning, also those that are gone: a tag
   means what it points to, and of old tags what it pointed to last. Parameter: name. Gives digest and platform. */
WITH root AS (
    SELECT registry, repository, digest, digest AS root, coalesce(platform, '') AS platform, state FROM images
    UNION
    SELECT registry, repository, digest, index_digest, coalesce(platform, ''), state FROM images WHERE index_digest <> ''
),
pointed AS (
    SELECT registry, repository, tag, digest
    FROM tags
    WHERE repository || ':' || tag = $name OR registry || '/' || repository || ':' || tag = $name
    QUALIFY row_number() OVER (PARTITION BY registry, repository, tag ORDER BY until IS NULL DESC, since DESC) = 1
),
meant AS (
    SELECT root.digest, root.platform FROM root JOIN pointed ON pointed.registry = root.registry
        AND pointed.repository = root.repository AND pointed.digest = root.root
    UNION
    SELECT digest, platform FROM root
    WHERE (starts_with(root, CASE WHEN starts_with($name, 'sha256:') AND len($name) > 12 THEN $name ELSE 'none' END)
        OR repository || '@' || root = $name OR registry || '/' || repository || '@' || root = $name)
)
SELECT DISTINCT digest, platform FROM meant ORDER BY platform, digest
