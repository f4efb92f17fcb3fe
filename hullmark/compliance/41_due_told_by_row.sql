/* As 41_due_told_by_verdict.sql, from the rows of `findings` that an older Hullmark wrote: each is told of a kin of its own. Reads
   `open_findings`, `target`, `due_image`, `due_settled`, the macro `due_on`. */
CREATE OR REPLACE TEMP TABLE due_told AS
SELECT
    row_number() OVER () AS kin, image_digest, package_key, type, package, vulnerability, severity_rank(severity) AS rank, kev, fixed_version,
    first_seen AS since, due_on(first_seen, days, kev, kev_due) AS due
FROM open_findings
LEFT JOIN target USING (severity);

CREATE OR REPLACE TEMP TABLE due_carried AS
SELECT image, kin FROM due_told JOIN due_image ON digest = image_digest;

CREATE OR REPLACE TEMP TABLE due_spared AS
SELECT place, kin, vulnerability FROM due_settled JOIN due_told USING (image_digest, package_key, vulnerability)
