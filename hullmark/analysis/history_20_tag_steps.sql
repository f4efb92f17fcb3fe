/* The images of a repository one after the other, one row a step of a line. A tag that has moved is a line: its images in time. Tags
   that differ in their numbers alone are a line ("1.2.*" reads "*.*.*"): in the order of the numbers, each with what it pointed to last;
   tags that are commits ("3f9c2ab", "sha-3f9c2ab") are the line "commits", in time. The same image twice in a row is one step.
   An index stands for its image of each platform. until: when the tag ended there, null while it points there.
   Gives registry, repository, account, line, platform, step (from 1), steps, tag, digest, since, until. */
CREATE OR REPLACE TEMP VIEW tag_steps AS
WITH root AS (
    SELECT registry, repository, digest, digest AS root, platform, account FROM images
    UNION
    SELECT images.registry, images.repository, images.digest, unnest(string_split(digests.index_digest, ' ')), platform, images.account
    FROM images JOIN digests USING (registry, repository, digest)
    UNION
    SELECT registry, repository, digest, index_digest, platform, account FROM images WHERE index_digest <> ''
),
pointed AS (
    SELECT
        tags.registry, tags.repository, root.account, coalesce(root.platform, '') AS platform, tags.tag, root.digest, tags.since, tags.until,
        count(DISTINCT tags.digest) OVER (PARTITION BY tags.registry, tags.repository, tags.tag) > 1 AS moved,
        regexp_full_match(tags.tag, '([a-z]+-)?[0-9a-f]{7,64}') AND regexp_matches(tags.tag, '[a-f]') AND regexp_matches(tags.tag, '[0-9]')
            AS commit
    FROM tags
    JOIN root ON root.registry = tags.registry AND root.repository = tags.repository AND root.root = tags.digest
),
lined AS (
    SELECT *, tag AS line, []::HUGEINT[] AS numbers FROM pointed WHERE moved
    UNION ALL BY NAME
    SELECT
        *,
        CASE WHEN commit THEN 'commits' ELSE regexp_replace(tag, '[0-9]+', '*', 'g') END AS line,
        CASE WHEN commit THEN [] ELSE list_transform(regexp_extract_all(tag, '[0-9]+'), lambda part: try_cast(part AS HUGEINT)) END AS numbers
    FROM pointed
    WHERE commit OR NOT moved OR regexp_matches(tag, '[0-9]')
    QUALIFY row_number() OVER (PARTITION BY registry, repository, platform, tag ORDER BY since DESC, digest) = 1
),
ordered AS (
    SELECT *, lag(digest) OVER (PARTITION BY registry, repository, platform, line ORDER BY numbers, since, tag) AS before FROM lined
),
numbered AS (
    SELECT
        *,
        count(*) FILTER (before IS DISTINCT FROM digest)
            OVER (PARTITION BY registry, repository, platform, line ORDER BY numbers, since, tag) AS step
    FROM ordered
)
SELECT
    registry, repository, any_value(account) AS account, line, platform, step,
    max(step) OVER (PARTITION BY registry, repository, platform, line) AS steps, min_by(tag, (numbers, since, tag)) AS tag, digest,
    min(since) AS since, CASE WHEN bool_or(until IS NULL) THEN NULL ELSE max(until) END AS until
FROM numbered
GROUP BY registry, repository, line, platform, step, digest
