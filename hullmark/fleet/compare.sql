/* What is stored beside what was found now, for each finding that differs. Reads `found`, `stored`, `moved`, `finding_events`,
   `images`, `runs`, `reread`, `touched_image` and `taken_back`.
   new: nobody matched the image before, since it came after the last run that ended well. returned: the finding closed when
   the image went. read_anew: by another engine than before, in this run or in one that was killed before it matched.
   told: the last event of this finding says the same already; asked only of images that changed, and of all when the last matching
   did not end ($doubted). taken_back: its advisory has been withdrawn, or its CVE rejected. */
CREATE OR REPLACE TEMP TABLE compared AS
WITH last_run AS (
    SELECT max(started) AS started, arg_max(engine, started) AS engine
    FROM runs
    WHERE run <> $run AND state IN ('completed', 'incomplete')
),
image AS (
    SELECT digest AS image_digest, bool_or(images.state = 'present') AS here, bool_or(images.state = 'untagged') AS untagged,
        bool_or(images.state = 'excluded') AS excluded,
        min(first_seen) > coalesce(any_value(last_run.started), TIMESTAMPTZ '1970-01-01') AS new,
        bool_or(images.engine = $engine AND last_run.engine <> $engine) AS read_anew
    FROM images CROSS JOIN last_run
    GROUP BY digest
),
pair AS (
    SELECT
        image_digest, package_key, vulnerability, old.first_seen,
        old.vulnerability IS NULL AS opened,
        new.vulnerability IS NULL AS closed,
        new.severity IS DISTINCT FROM old.severity AS severity_changed,
        new.fixed_version IS DISTINCT FROM old.fixed_version AS range_changed,
        new.kev IS DISTINCT FROM old.kev AS exploitation_changed,
        row(new.aliases, new.advisory, new.purl, new.layer, new.layer_index, new.score, new.vector, new.kev_due,
            new.kev_ransomware, new.epss, new.epss_percentile, new.summary, new.severity_source, new.fix_state, new.rule, new.note)
            IS DISTINCT FROM
        row(old.aliases, old.advisory, old.purl, old.layer, old.layer_index, old.score, old.vector, old.kev_due,
            old.kev_ransomware, old.epss, old.epss_percentile, old.summary, old.severity_source, old.fix_state, old.rule, old.note)
            AS rest_changed,
        old.advisory AS old_advisory, coalesce(new.advisory, old.advisory) AS advisory,
        old.severity AS old_severity, new.severity AS new_severity,
        old.fixed_version AS old_fixed, new.fixed_version AS new_fixed
    FROM (
        SELECT * FROM found
        SEMI JOIN moved ON moved.image = hash(image_digest) AND moved.slot = hash(package_key, vulnerability)
    ) AS new
    FULL JOIN (
        SELECT * FROM stored
        SEMI JOIN moved ON moved.image = hash(image_digest) AND moved.slot = hash(package_key, vulnerability)
    ) AS old USING (image_digest, package_key, vulnerability)
),
told AS (
    SELECT image_digest, package_key, vulnerability, arg_max(event, "at") AS event, arg_max(cause, "at") AS cause
    FROM finding_events
    SEMI JOIN (SELECT * FROM pair WHERE opened OR closed) AS gone USING (image_digest, package_key, vulnerability)
    WHERE event IN ('opened', 'closed') AND ($doubted OR image_digest IN (SELECT image_digest FROM touched_image))
    GROUP BY ALL
)
SELECT
    pair.*,
    CASE WHEN closed THEN coalesce(cve.reason, advisory.reason) END AS taken_back,
    coalesce(image.new, false) AS new_image, coalesce(image.here, false) AS here, coalesce(image.untagged, false) AS untagged,
    coalesce(image.excluded, false) AS excluded,
    coalesce(told.event = 'closed' AND told.cause IN ('image-deleted', 'image-untagged', 'image-excluded'), false) AS returned,
    coalesce(image.read_anew, false) OR image_digest IN (SELECT image_digest FROM reread) AS read_anew,
    coalesce((opened AND told.event = 'opened') OR (closed AND told.event = 'closed'), false) AS told
FROM pair
LEFT JOIN image USING (image_digest)
LEFT JOIN told USING (image_digest, package_key, vulnerability)
LEFT JOIN taken_back AS cve ON cve.name = pair.vulnerability AND cve.reason = 'rejected'
LEFT JOIN taken_back AS advisory ON advisory.name = pair.old_advisory
