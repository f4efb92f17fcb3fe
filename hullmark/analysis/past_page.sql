/* One page of the findings of that day, the gravest first, with the name of an image and whether each is still known now. Reads
   `past_finding`, `findings` and `images`. Parameters: limit, offset. */
WITH chosen AS MATERIALIZED (
    SELECT image_digest, package_key, vulnerability FROM past_finding
    ORDER BY severity_rank(past_finding.severity) DESC, vulnerability, image_digest, package_key
    LIMIT $limit OFFSET $offset
),
page AS MATERIALIZED (
    SELECT past_finding.* FROM past_finding SEMI JOIN chosen USING (image_digest, package_key, vulnerability)
),
named AS (
    SELECT digest AS image_digest, min(repository || coalesce(':' || tags[1], '@' || left(digest, 19))) AS name
    FROM images SEMI JOIN page ON page.image_digest = images.digest
    GROUP BY digest
)
SELECT
    vulnerability, [coalesce(page.severity, 'unknown')] AS severity, page.package, page.version, nullif(page.fixed_version, '') AS fixed_version,
    coalesce(name, left(image_digest, 19)) AS name, image_digest AS digest,
    CASE WHEN findings.vulnerability IS NULL THEN 'gone' ELSE 'still there' END AS now
FROM page
LEFT JOIN named USING (image_digest)
LEFT JOIN findings USING (image_digest, package_key, vulnerability)
ORDER BY severity_rank(page.severity) DESC, vulnerability, image_digest, package_key
