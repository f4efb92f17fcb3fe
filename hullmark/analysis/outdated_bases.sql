/* Why the base of an image is out of date, one row an (image, reason), with what would take its place. Reads `base_images`, `tags`,
   `images`, `known_bases`. Parameters: now, days (a base built longer ago is old).
   moved: a tag that pointed to the base points elsewhere now. newer-tag: a higher tag of the same line is there, which is the
   same words with a higher last number ("3.11.4-slim" and "3.11.9-slim"; a lone number counts from six digits on, as of dates).
   Of known bases, the newest of a name is where its tag points. A successor that is no image of the fleet has a name and no digest.
   old: the base was built more than $days ago. Where a tag names an index, the successor is its image of the same platform. */
WITH root AS (
    SELECT DISTINCT registry, repository, digest, digest AS root, platform, created_at FROM images
    UNION ALL
    SELECT DISTINCT registry, repository, digest, index_digest, platform, created_at FROM images WHERE index_digest <> ''
),
known_tag AS (
    SELECT
        '' AS registry, regexp_replace(name, ':[^:/]*$', '') AS repository, regexp_extract(name, ':([^:/]+)$', 1) AS tag, digest, platform,
        created AS since, lead(created) OVER (PARTITION BY name, platform ORDER BY created, digest) AS until
    FROM known_bases
    WHERE created IS NOT NULL AND contains(name, ':')
),
pointed AS (
    SELECT root.registry, root.repository, root.digest AS base_digest, root.platform, tags.tag, tags.until
    FROM root
    JOIN tags ON tags.registry = root.registry AND tags.repository = root.repository AND tags.digest = root.root
    SEMI JOIN base_images ON base_images.base_digest = root.digest
    UNION ALL BY NAME
    SELECT registry, repository, digest AS base_digest, platform, tag, until
    FROM known_tag SEMI JOIN base_images ON base_images.base_digest = known_tag.digest
),
now_at AS (
    SELECT tags.registry, tags.repository, tags.tag, root.digest, root.platform, tags.since
    FROM tags
    JOIN root ON tags.registry = root.registry AND tags.repository = root.repository AND tags.digest = root.root
    WHERE tags.until IS NULL
    UNION ALL BY NAME
    SELECT registry, repository, tag, digest, platform, since FROM known_tag WHERE until IS NULL
),
moved AS (
    SELECT pointed.base_digest, pointed.tag, now_at.repository, now_at.digest AS successor, now_at.since
    FROM pointed
    JOIN now_at USING (registry, repository, tag, platform)
    WHERE pointed.until IS NOT NULL AND now_at.digest <> pointed.base_digest AND now_at.since >= pointed.until
    QUALIFY row_number() OVER (PARTITION BY pointed.base_digest ORDER BY now_at.since DESC, pointed.tag) = 1
),
numbered AS (
    SELECT
        *,
        list_transform(regexp_extract_all(regexp_extract(tag, '^v?([0-9]{1,18}(?:\.[0-9]{1,18})*)', 1), '[0-9]+'), lambda part: part::BIGINT)
            AS numbers,
        regexp_replace(tag, '^v?[0-9]+(\.[0-9]+)*', '') AS rest
    FROM (
        SELECT DISTINCT registry, repository, tag, base_digest, platform, NULL AS digest, NULL AS since FROM pointed
        UNION ALL
        SELECT registry, repository, tag, NULL, platform, digest, since
        FROM now_at SEMI JOIN pointed USING (registry, repository)
    )
    WHERE regexp_matches(tag, '^v?[0-9]{1,18}(\.[0-9]{1,18})*([-_+].*)?$')
),
newer AS (
    SELECT old.base_digest, old.tag AS old_tag, new.tag, new.repository, new.digest AS successor, new.since
    FROM numbered AS old
    JOIN numbered AS new ON new.registry = old.registry AND new.repository = old.repository AND new.rest = old.rest
        AND new.platform = old.platform AND len(new.numbers) = len(old.numbers)
        AND new.numbers[:-2] = old.numbers[:-2] AND new.numbers[-1] > old.numbers[-1]
    WHERE old.base_digest IS NOT NULL AND new.digest IS NOT NULL AND new.digest <> old.base_digest
        AND (len(old.numbers) > 1 OR old.numbers[1] >= 100000)
    QUALIFY row_number() OVER (PARTITION BY old.base_digest ORDER BY new.numbers DESC, old.tag) = 1
),
age AS (
    SELECT base_digest, max(created) AS created
    FROM base_images
    JOIN (
        SELECT digest AS base_digest, created_at AS created FROM images
        UNION ALL
        SELECT digest, created FROM known_bases
    ) USING (base_digest)
    GROUP BY base_digest
    HAVING max(created) < $now::TIMESTAMPTZ - to_days($days::INTEGER)
),
why AS (  -- of a base, whatever stands on it
    SELECT
        base_digest, 'moved' AS reason,
        'the tag ' || tag || ' of ' || repository || ' points to another image since ' || strftime(since, '%Y-%m-%d') AS evidence,
        repository || ':' || tag AS successor_name, successor, since
    FROM moved
    UNION ALL BY NAME
    SELECT
        base_digest, 'newer-tag' AS reason, repository || ' has ' || tag || ', which follows ' || old_tag AS evidence,
        repository || ':' || tag AS successor_name, successor, since
    FROM newer
    UNION ALL BY NAME
    SELECT
        base_digest, 'old' AS reason,
        'the base was built on ' || strftime(created, '%Y-%m-%d') || ', ' || date_diff('day', created, $now::TIMESTAMPTZ) || ' days ago'
            AS evidence,
        '' AS successor_name, '' AS successor, created AS since
    FROM age
),
told AS (
    SELECT why.* REPLACE (CASE WHEN successor IN (SELECT digest FROM images) THEN successor ELSE '' END AS successor) FROM why
)
SELECT image_digest, base_digest, base_name, reason, told.evidence, successor_name, successor, since
FROM base_images JOIN told USING (base_digest)
ORDER BY image_digest, reason
