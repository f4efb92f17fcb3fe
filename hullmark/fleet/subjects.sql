/* What is said now of each distinct package that was judged, in the columns of `verdicts`. Reads `distinct_package` and `verdict`.
   `subject` names a distinct package by all that decides what is compared. Lengths stand before the words, so that no image can make up
   a package that is taken for another; what advisories say does not go into it, so that it stays the same when they change. */
CREATE OR REPLACE TEMP MACRO subject_of(type, ecosystem, name, version, advisory_name, advisory_version, version_key, module) AS (
    (md5_number(concat_ws('|', length(type), type, length(ecosystem), ecosystem, length(name), name, length(version), version,
        length(advisory_name), advisory_name, length(advisory_version), advisory_version, coalesce(hex(version_key), ''), module)) % 9223372036854775807)::BIGINT
);

CREATE OR REPLACE TEMP TABLE subject AS
SELECT DISTINCT
    subject_of(type, ecosystem, name, version, advisory_name, advisory_version, version_key, module) AS subject,
    type, ecosystem, name, version, place, advisory_name, advisory_version, version_key, module, binary_name
FROM distinct_package;

CREATE OR REPLACE TEMP TABLE verdict_now AS
SELECT
    subject, vulnerability, type, name AS package, version, aliases, advisory, fixed_version, severity, score, vector, kev, kev_due,
    kev_ransomware, epss, epss_percentile, summary, severity_source, fix_state, rule_of(type, name) AS rule, note
FROM subject JOIN verdict USING (place, advisory_name, advisory_version, module, binary_name);

CREATE OR REPLACE TEMP TABLE vulnerable_subject AS SELECT * FROM subject SEMI JOIN verdict_now USING (subject)
