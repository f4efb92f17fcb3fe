/* What rules see beside the lake's own tables: the images that are in a registry now, each once, with what all its places say, and
   when each finding is due. What is settled was worked out once for all rules. Reads `images`, `findings`, `settled`,
   `repositories`, `target`, the macro `due_on`. */
CREATE OR REPLACE TEMP TABLE image AS
SELECT
    digest, min(repository || coalesce(':' || tags[1], '@' || left(digest, 19))) AS name,
    list_sort(list_distinct(flatten(list(tags)))) AS tags, any_value("user") AS "user", any_value(entrypoint) AS entrypoint,
    any_value(healthcheck) AS healthcheck, any_value(ports) AS ports, any_value(labels) AS labels,
    any_value(created_at) AS created_at, any_value(size) AS size, any_value(os_id) AS os_id, any_value(os_version) AS os_version,
    any_value(index_digest) AS index_digest
FROM images
WHERE state = 'present'
GROUP BY digest;

CREATE OR REPLACE TEMP VIEW repository AS
SELECT registry || '/' || repository AS subject, * FROM repositories WHERE state = 'present';

-- the repositories of which something is not known, with the reason
CREATE OR REPLACE TEMP MACRO not_known(about) AS TABLE
SELECT subject, one AS evidence FROM (SELECT subject, unnest(unknown) AS one FROM repository) WHERE starts_with(one, about || ': ');

CREATE OR REPLACE TEMP VIEW open_findings AS
SELECT findings.*
FROM findings
SEMI JOIN image ON image.digest = findings.image_digest
ANTI JOIN settled USING (image_digest, package_key, vulnerability);

CREATE OR REPLACE TEMP VIEW finding_due AS
SELECT
    findings.*, due_on(first_seen, target.days, kev, kev_due) AS due
FROM open_findings AS findings
LEFT JOIN target ON target.severity = findings.severity
