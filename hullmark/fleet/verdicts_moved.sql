/* The verdicts that say something else than the stored ones, were not there or are gone. $whole: everything was judged, so that a stored
   verdict about a package that nobody carries is gone; else only those about packages that were judged are compared.
   Reads `verdict_now`, `verdicts` and `subject`. */
CREATE OR REPLACE TEMP TABLE verdict_moved AS
WITH old AS (
    SELECT * FROM verdicts WHERE $whole OR subject IN (SELECT subject FROM subject)
),
pair AS (
    SELECT
        subject, vulnerability, old.first_seen,
        old.vulnerability IS NULL AS opened,
        new.vulnerability IS NULL AS closed,
        new.severity IS DISTINCT FROM old.severity AS severity_changed,
        new.fixed_version IS DISTINCT FROM old.fixed_version AS range_changed,
        new.kev IS DISTINCT FROM old.kev AS exploitation_changed,
        row(new.aliases, new.advisory, new.score, new.vector, new.kev_due, new.kev_ransomware, new.epss, new.epss_percentile,
            new.summary, new.severity_source, new.fix_state, new.rule, new.note)
            IS DISTINCT FROM
        row(old.aliases, old.advisory, old.score, old.vector, old.kev_due, old.kev_ransomware, old.epss, old.epss_percentile,
            old.summary, old.severity_source, old.fix_state, old.rule, old.note)
            AS rest_changed,
        old.advisory AS old_advisory, coalesce(new.advisory, old.advisory) AS advisory,
        old.severity AS old_severity, new.severity AS new_severity,
        old.fixed_version AS old_fixed, new.fixed_version AS new_fixed
    FROM verdict_now AS new FULL JOIN old USING (subject, vulnerability)
)
SELECT * FROM pair WHERE opened OR closed OR severity_changed OR range_changed OR exploitation_changed OR rest_changed
