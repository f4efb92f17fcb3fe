/* The records that can mean something for what an incremental matching judges: those about its packages, and all that name a
   vulnerability which one of these names, in whichever feed: a record that stands in several counts as it was last modified. Reads
   `judged_package` and `advising_record`, the index of all feeds with advisories; what others say of exploitation has the name
   of a vulnerability for an id. */
CREATE OR REPLACE TEMP TABLE advising AS SELECT record, packages, vulnerabilities FROM advising_record;

CREATE OR REPLACE TEMP TABLE relevant_record AS
WITH judged AS (
    SELECT DISTINCT main_of(ecosystem) || '|' || advisory_name AS package FROM judged_package WHERE ecosystem <> ''
),
spoken AS (
    SELECT DISTINCT record
    FROM (
        SELECT record, release_of(package) || '|' || name_of(package) AS package
        FROM (SELECT record, unnest(packages) AS package FROM advising WHERE len(packages) > 0)
    ) SEMI JOIN judged USING (package)
),
named AS MATERIALIZED (
    SELECT DISTINCT unnest(vulnerabilities) AS name FROM advising SEMI JOIN spoken USING (record)
)
SELECT record FROM (SELECT record, unnest(vulnerabilities) AS name FROM advising) SEMI JOIN named USING (name)
UNION
SELECT name FROM named
