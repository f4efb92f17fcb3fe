/* What has happened to the findings of one vulnerability in one image. Reads `finding_events`. */
SELECT "at", event, cause, package_key, detail
FROM finding_events
WHERE image_digest = $digest AND vulnerability = $vulnerability
ORDER BY "at", package_key, event
