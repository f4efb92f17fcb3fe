-- The packages of the fleet that are called almost so: the same last part ("log4j-core" of "org.apache.logging.log4j:log4j-core"), with other
-- signs between its words or not. Parameter: name, in lower case.
SELECT DISTINCT type || '/' || name AS name
FROM packages
SEMI JOIN images ON images.digest = packages.image_digest AND images.state = 'present'
WHERE regexp_replace(regexp_extract(lower(packages.name), '[^/:]*$'), '[-_.]', '', 'g')
    = regexp_replace(regexp_extract($name, '[^/:]+$'), '[-_.]', '', 'g')
ORDER BY name
