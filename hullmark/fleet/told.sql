/* The last event of each finding that opens or closes: asked only of images that changed, and of all when the last matching did not end
   ($doubted). Reads `pair`, `finding_events` and `touched_image`. */
CREATE OR REPLACE TEMP TABLE told AS
SELECT image_digest, package_key, vulnerability, arg_max(event, "at") AS event, arg_max(cause, "at") AS cause
FROM finding_events
SEMI JOIN (
    SELECT * FROM pair
    WHERE (opened OR closed) AND ($doubted OR image_digest IN (SELECT image_digest FROM touched_image))
) AS gone USING (image_digest, package_key, vulnerability)
WHERE event IN ('opened', 'closed')
GROUP BY ALL
