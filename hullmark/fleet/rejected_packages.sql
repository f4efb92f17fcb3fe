/* Adds to `touched_package` whatever any advisory about the vulnerability of a changed record is about, if that record rejects it or
   did: a vulnerability that is rejected is none, of whatever package. Reads `changed_record` and `advising_record`. */
INSERT INTO touched_package
WITH rejected AS (
    SELECT DISTINCT unnest(vulnerabilities) AS name FROM changed_record WHERE coalesce(rejects, true)
)
SELECT DISTINCT release_of(package), name_of(package)
FROM (
    SELECT unnest(packages) AS package
    FROM (SELECT packages, unnest(vulnerabilities) AS name FROM advising_record WHERE len(packages) > 0) SEMI JOIN rejected USING (name)
)
