/* What has happened to the findings of one vulnerability in one image, of one package if it is named. Reads `finding_events`
   and `package`. */
SELECT "at", event, cause, package_key, detail
FROM finding_events
WHERE image_digest = $digest AND vulnerability = $vulnerability AND ($package IN ('', split_part(package_key, '|', 2)) OR package_key IN (
    SELECT package_key(type, name, version, arch, path) FROM package WHERE advisory_name = $package
))
ORDER BY "at", package_key, event
