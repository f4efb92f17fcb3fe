/* What matchings that did not end have told of findings and is not so, since feeds or images have changed before this one: events that
   put it right, in the columns of `finding_events`. Told, that is since the last matching that ended. Reads `matchings`, `finding_events`,
   `findings` and `images`. */
WITH killed AS (
    SELECT run FROM matchings
    WHERE run <> $run AND finished IS NULL
        AND "at" > coalesce((SELECT max("at") FROM matchings WHERE finished IS NOT NULL), TIMESTAMPTZ '1970-01-01')
),
doubted AS (
    SELECT DISTINCT image_digest, package_key, vulnerability FROM finding_events SEMI JOIN killed USING (run)
),
told AS (
    SELECT
        image_digest, package_key, vulnerability,
        coalesce(arg_max(event, "at") FILTER (event IN ('opened', 'closed')) = 'opened', false) AS open,
        arg_max({'severity': severity, 'fixed_version': fixed_version, 'advisory': advisory}, "at") FILTER (advisory IS NOT NULL) AS said
    FROM finding_events SEMI JOIN doubted USING (image_digest, package_key, vulnerability)
    GROUP BY ALL
),
image AS (
    SELECT
        digest AS image_digest,
        CASE WHEN bool_or(state = 'present') THEN '' WHEN bool_or(state = 'untagged') THEN 'image-untagged'
            WHEN bool_or(state = 'excluded') THEN 'image-excluded' ELSE 'image-deleted' END AS gone
    FROM images SEMI JOIN doubted ON doubted.image_digest = images.digest
    GROUP BY digest
)
SELECT
    $run AS run, $at::TIMESTAMPTZ AS "at",
    CASE WHEN now.vulnerability IS NULL THEN 'closed' WHEN open THEN 'changed' ELSE 'opened' END AS event,
    CASE
        WHEN now.vulnerability IS NULL AND coalesce(gone, 'image-deleted') <> '' THEN coalesce(gone, 'image-deleted')
        WHEN now.vulnerability IS NULL OR NOT open THEN 'advisory'
        WHEN now.severity IS DISTINCT FROM said.severity THEN 'severity'
        ELSE 'range'
    END AS cause,
    image_digest, package_key, vulnerability, 'a run that was killed had told otherwise' AS detail,
    coalesce(now.severity, said.severity) AS severity, coalesce(now.fixed_version, said.fixed_version) AS fixed_version,
    coalesce(now.advisory, said.advisory) AS advisory
FROM told
LEFT JOIN findings AS now USING (image_digest, package_key, vulnerability)
LEFT JOIN image USING (image_digest)
WHERE open <> (now.vulnerability IS NOT NULL)
    OR (now.vulnerability IS NOT NULL
        AND row(now.severity, now.fixed_version) IS DISTINCT FROM row(said.severity, said.fixed_version))
