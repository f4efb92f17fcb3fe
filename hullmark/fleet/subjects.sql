/* What is said now of each distinct package that was judged, in the columns of `verdicts`. Reads `distinct_package` and `verdict`. */
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
