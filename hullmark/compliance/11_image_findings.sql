/* What the open findings of each image come to: the grave ones (critical or high) that have a fix, those that are known to be exploited, and
   those that are past their date; of the first two the first by its name, of the last the earliest date. An image without any has no row.
   What is said of a package is counted once for all images that carry it since the same time; packages of which something is
   settled are counted by finding. Reads `image`, `verdicts`, `vulnerable_packages`, `settled`, `target`, the macro `due_on`. Parameter: now. */
CREATE OR REPLACE TEMP TABLE image_findings AS
WITH said AS (
    SELECT
        subject, vulnerability, first_seen, target.days, kev, kev_due, vulnerability || ' in ' || package AS example,
        verdicts.severity IN ('critical', 'high') AND fixed_version <> '' AS fixable
    FROM verdicts LEFT JOIN target ON target.severity = verdicts.severity
),
partly AS (
    SELECT DISTINCT image_digest, package_key FROM settled
),
carried AS (
    SELECT vulnerable_packages.image_digest, package_key, subject, first_seen, partly.package_key IS NOT NULL AS partly
    FROM vulnerable_packages
    SEMI JOIN image ON image.digest = vulnerable_packages.image_digest
    LEFT JOIN partly USING (image_digest, package_key)
),
dated AS (
    SELECT *, due_on(since, days, kev, kev_due) AS due
    FROM (
        SELECT said.*, carried_since, greatest(carried_since, said.first_seen) AS since
        FROM said JOIN (SELECT DISTINCT subject, first_seen AS carried_since FROM carried) USING (subject)
    )
),
summed AS (
    SELECT
        subject, carried_since AS first_seen, count(*) FILTER (fixable) AS fixable, min(example) FILTER (fixable) AS fixable_example,
        count(*) FILTER (kev) AS exploited, min(example) FILTER (kev) AS exploited_example,
        count(*) FILTER (due < $now::TIMESTAMPTZ) AS overdue, min(due) FILTER (due < $now::TIMESTAMPTZ) AS earliest
    FROM dated
    GROUP BY subject, carried_since
),
part AS (
    SELECT image_digest, summed.* FROM carried JOIN summed ON summed.subject = carried.subject AND summed.first_seen IS NOT DISTINCT FROM carried.first_seen WHERE NOT partly
    UNION ALL BY NAME
    SELECT
        image_digest, fixable::BIGINT AS fixable, CASE WHEN fixable THEN example END AS fixable_example, kev::BIGINT AS exploited,
        CASE WHEN kev THEN example END AS exploited_example, (due < $now::TIMESTAMPTZ)::BIGINT AS overdue,
        CASE WHEN due < $now::TIMESTAMPTZ THEN due END AS earliest
    FROM carried JOIN dated ON dated.subject = carried.subject AND dated.carried_since IS NOT DISTINCT FROM carried.first_seen
    ANTI JOIN settled ON settled.image_digest = carried.image_digest AND settled.package_key = carried.package_key
        AND settled.vulnerability = dated.vulnerability
    WHERE partly
)
SELECT
    image_digest, coalesce(sum(fixable), 0)::BIGINT AS fixable, min(fixable_example) AS fixable_example, coalesce(sum(exploited), 0)::BIGINT AS exploited,
    min(exploited_example) AS exploited_example, coalesce(sum(overdue), 0)::BIGINT AS overdue, min(earliest) AS earliest
FROM part
GROUP BY image_digest
