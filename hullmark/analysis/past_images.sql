/* The images that were in a registry at a time: seen by then, and not yet found to be gone. The last scan by then tells, and what was looked
   at since, by its rows of coverage: a row says that the image is there, unless it was left out (what ECR has archived stays), and no row
   beside others of its repository says that it is gone. Where these rows tell nothing, since the repository was hidden or they are kept no more,
   an image was there until the first scan after the one that saw it last. When an image went that had findings, the events of these tell
   better, as they tell what was known; also where it was the only one of its repository, and came back later (`away`).
   $moment null: those that are there now. Reads `images`, `coverage`, `runs` and `finding_events`. */
CREATE OR REPLACE TEMP TABLE past_image AS
WITH gone AS MATERIALIZED (
    SELECT digest AS image_digest, max(last_seen) AS seen FROM images GROUP BY digest HAVING bool_and(state <> 'present')
),
went AS (
    SELECT image_digest, any_value(seen) AS seen, min("at") AS "at"
    FROM finding_events JOIN gone USING (image_digest)
    WHERE event = 'closed' AND starts_with(cause, 'image-') AND "at" > seen
    GROUP BY image_digest
),
away AS (
    SELECT image_digest
    FROM finding_events
    WHERE "at" <= $moment::TIMESTAMPTZ AND event IN ('opened', 'closed')
    GROUP BY image_digest
    HAVING max("at") FILTER (event = 'closed' AND starts_with(cause, 'image-'))
        > coalesce(max("at") FILTER (event = 'opened'), TIMESTAMPTZ '1970-01-01')
),
last_scan AS (
    SELECT coalesce(max(started), $moment::TIMESTAMPTZ) AS "at"
    FROM runs
    WHERE kind = 'scan' AND state IN ('completed', 'incomplete') AND started <= $moment::TIMESTAMPTZ
),
looked_at AS (
    SELECT registry, repository, digest, arg_max(status = 'skipped' AND reason NOT IN ('archived', 'vanished'), "at") AS has_left
    FROM coverage
    WHERE "at" BETWEEN (SELECT "at" FROM last_scan) AND $moment::TIMESTAMPTZ
    GROUP BY ALL
)
SELECT DISTINCT images.digest AS image_digest
FROM images
CROSS JOIN last_scan
LEFT JOIN looked_at ON looked_at.registry = images.registry AND looked_at.repository = images.repository
    AND looked_at.digest = images.digest
LEFT JOIN went ON went.image_digest = images.digest AND went.seen <= $moment::TIMESTAMPTZ
WHERE CASE
    WHEN $moment::TIMESTAMPTZ IS NULL THEN state = 'present'
    WHEN first_seen > $moment::TIMESTAMPTZ THEN false
    WHEN went."at" IS NOT NULL THEN went."at" > $moment::TIMESTAMPTZ
    WHEN looked_at.digest IS NOT NULL THEN NOT has_left
    WHEN (images.registry, images.repository) IN (SELECT (registry, repository) FROM looked_at) THEN false
    WHEN images.digest IN (SELECT image_digest FROM away) THEN false
    ELSE state = 'present' OR last_seen >= last_scan."at"
END
