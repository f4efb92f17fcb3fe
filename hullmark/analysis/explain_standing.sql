/* What exceptions and VEX say of the findings of one vulnerability in one image, in each place where it lies, each thing once; `settled`:
   nothing is left to do there. Reads `standing`. */
SELECT DISTINCT registry, repository, split_part(package_key, '|', 2) AS package, exempt, exception_ended, vex, settled
FROM standing
WHERE image_digest = $digest AND vulnerability = $vulnerability AND ($package IN ('', split_part(package_key, '|', 2)) OR package_key IN (
    SELECT package_key(type, name, version, arch, path) FROM package WHERE advisory_name = $package
))
ORDER BY ALL
