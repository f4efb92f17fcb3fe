/* The records that can mean something for what an incremental matching judges: those about its packages, and all that name a
   vulnerability which one of these names, in whichever feed: a record that stands in several counts as it was last modified. Reads
   `judged_package` and `advising_record`, the index of all feeds with advisories; what others say of exploitation has the name
   of a vulnerability. */
CREATE OR REPLACE TEMP TABLE advising AS SELECT record, packages, vulnerabilities FROM advising_record;

CREATE OR REPLACE TEMP TABLE relevant_name AS
WITH judged AS (
    SELECT DISTINCT ecosystem || '|' || advisory_name AS package FROM judged_package WHERE ecosystem <> ''
),
spoken AS (
    SELECT DISTINCT record
    FROM (
        SELECT record, CASE WHEN starts_with(package, 'Ubuntu:Pro:')
            THEN regexp_replace(package, '^Ubuntu:Pro:([^0-9:]+:)?', 'Ubuntu:') ELSE package END AS package
        FROM (SELECT record, unnest(packages) AS package FROM advising WHERE len(packages) > 0)
    ) SEMI JOIN judged USING (package)
)
SELECT DISTINCT unnest(vulnerabilities) AS name FROM advising SEMI JOIN spoken USING (record);

CREATE OR REPLACE TEMP TABLE relevant_record AS
SELECT DISTINCT record FROM (SELECT record, unnest(vulnerabilities) AS name FROM advising) SEMI JOIN relevant_name USING (name);

CREATE OR REPLACE TEMP TABLE relevant_advisories AS SELECT * FROM _advisories SEMI JOIN relevant_record ON record = advisory_id;
CREATE OR REPLACE TEMP TABLE relevant_affected AS SELECT * FROM _affected SEMI JOIN relevant_record ON record = advisory_id;
CREATE OR REPLACE TEMP TABLE relevant_affected_versions AS
SELECT * FROM _affected_versions SEMI JOIN relevant_record ON record = advisory_id;
CREATE OR REPLACE TEMP TABLE relevant_exploitation AS
SELECT * FROM _exploitation WHERE cve IN (SELECT record FROM relevant_record UNION SELECT name FROM relevant_name);

-- the feeds' views (advisories/*.sql) read these
CREATE OR REPLACE TEMP VIEW _advisories AS FROM relevant_advisories;
CREATE OR REPLACE TEMP VIEW _affected AS FROM relevant_affected;
CREATE OR REPLACE TEMP VIEW _affected_versions AS FROM relevant_affected_versions;
CREATE OR REPLACE TEMP VIEW _exploitation AS FROM relevant_exploitation
