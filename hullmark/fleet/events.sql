/* What a person may want to know of: findings that opened, closed, or changed in severity, fix or exploitation, and why.
   Gives the columns of `finding_events`. A new EPSS score alone is no event. Reads `pair`, `told` and `event_image`. returned:
   the finding closed when the image went. told: the last event of this finding says the same already. taken_back: its advisory
   has been withdrawn, or its CVE rejected. $same: no image came or went, and none stands in `event_image`. */
WITH compared AS (
    SELECT
        pair.*,
        coalesce(image.new, false) AS new_image, coalesce(image.here, $same) AS here, coalesce(image.untagged, false) AS untagged,
        coalesce(image.excluded, false) AS excluded, coalesce(image.read_anew, false) AS read_anew,
        coalesce(told.event = 'closed' AND told.cause IN ('image-deleted', 'image-untagged', 'image-excluded'), false) AS returned,
        coalesce((opened AND told.event = 'opened') OR (closed AND told.event = 'closed'), false) AS told
    FROM pair
    LEFT JOIN event_image AS image USING (image_digest)
    LEFT JOIN told USING (image_digest, package_key, vulnerability)
)
SELECT
    $run AS run,
    $at::TIMESTAMPTZ AS at,
    CASE WHEN opened THEN 'opened' WHEN closed THEN 'closed' ELSE 'changed' END AS event,
    CASE
        WHEN opened AND (new_image OR returned) THEN 'image'
        WHEN closed AND NOT here THEN CASE WHEN untagged THEN 'image-untagged' WHEN excluded THEN 'image-excluded' ELSE 'image-deleted' END
        WHEN (opened OR closed) AND read_anew THEN 'engine'
        WHEN closed AND taken_back IS NOT NULL THEN taken_back
        WHEN opened OR closed THEN 'advisory'
        WHEN severity_changed THEN 'severity'
        WHEN range_changed THEN 'range'
        ELSE 'exploitation'
    END AS cause,
    image_digest, package_key, vulnerability,
    CASE
        WHEN opened OR closed THEN ''
        WHEN severity_changed THEN coalesce(old_severity, 'unknown') || ' -> ' || coalesce(new_severity, 'unknown')
        WHEN range_changed THEN 'fixed in ' || coalesce(nullif(new_fixed, ''), 'no version') || ', before: '
            || coalesce(nullif(old_fixed, ''), 'no version')
        ELSE ''
    END AS detail,
    CASE WHEN closed THEN old_severity ELSE new_severity END AS severity,
    CASE WHEN closed THEN old_fixed ELSE new_fixed END AS fixed_version,
    advisory
FROM compared
WHERE NOT told AND (opened OR closed OR severity_changed OR range_changed OR exploitation_changed)
