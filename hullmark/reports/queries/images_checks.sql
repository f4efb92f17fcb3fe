-- The rules that one image fails. Parameter: digest.
SELECT rule, evidence, first_seen FROM checks WHERE image_digest = $digest AND NOT coalesce(unknown, false) ORDER BY rule
