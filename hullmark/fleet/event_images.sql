/* What the causes of events hang on, of each image: whether it is still there or why not, whether the last matching did not have it
   (`new`; in a lake that does not note which images it had, since it came after the last run that ended well), and whether it was read by
   another engine than before, in this run or in one that was killed before it matched (`read_anew`). Reads `images`, `matched_images`,
   `runs` and `reread`. */
CREATE OR REPLACE TEMP TABLE event_image AS
WITH last_run AS (
    SELECT max(started) AS started, arg_max(engine, started) AS engine
    FROM runs
    WHERE run <> $run AND state IN ('completed', 'incomplete')
)
SELECT
    digest AS image_digest, bool_or(images.state = 'present') AS here, bool_or(images.state = 'untagged') AS untagged,
    bool_or(images.state = 'excluded') AS excluded,
    min(first_seen) > coalesce(any_value(last_run.started), TIMESTAMPTZ '1970-01-01') OR (
        digest NOT IN (SELECT image_digest FROM matched_images) AND EXISTS (FROM matched_images)
    ) AS new,
    coalesce(bool_or(images.engine = $engine AND last_run.engine <> $engine), false)
        OR digest IN (SELECT image_digest FROM reread) AS read_anew
FROM images CROSS JOIN last_run
GROUP BY digest
