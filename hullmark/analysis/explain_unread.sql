-- Why an image could not be read whole, as the last run that looked at it says; no row where it could. Parameter: digest.
SELECT DISTINCT rtrim(detail, '.') AS detail FROM digests WHERE digest = $digest AND status IN ('partial', 'failed') ORDER BY detail
