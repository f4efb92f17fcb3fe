/* What exceptions and VEX say of the findings of one vulnerability in one image, in each place where it lies, each thing once; `settled`:
   nothing is left to do there. Reads `standing`. */
SELECT DISTINCT registry, repository, split_part(package_key, '|', 2) AS package, exempt, exception_ended, vex, settled
FROM standing
WHERE image_digest = $digest AND vulnerability = $vulnerability AND ($package = '' OR split_part(package_key, '|', 2) = $package)
ORDER BY ALL
