/* The packages that a changed record is about, then or now (`touched_package`), and those of the records beside it, which name a vulnerability
   that it rejects. What is said of a part of a release (Ubuntu Pro, an extended stream of Red Hat) counts for all of it. Reads
   `changed_record`, what differs between the feeds that were matched last and those of now, as it was and as it is, with the
   records of the same ids in other feeds, and `record_beside`. */
CREATE OR REPLACE TEMP MACRO release_of(package) AS main_of(split_part(package, '|', 1));
CREATE OR REPLACE TEMP MACRO name_of(package) AS
    compared_name(split_part(package, '|', 1), package[length(split_part(package, '|', 1)) + 2:]);

CREATE OR REPLACE TEMP TABLE touched_package AS
SELECT DISTINCT release_of(package) AS ecosystem, name_of(package) AS advisory_name
FROM (
    SELECT unnest(packages) AS package FROM changed_record
    UNION ALL
    SELECT unnest(packages) FROM record_beside
)
