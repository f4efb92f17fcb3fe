/* Each advisory about a vulnerability, those about it alone first: its dates, its weaknesses (CWE), and how many references it has.
   `bulletin` is one about several vulnerabilities. Reads `about`. */
SELECT
    advisory_id AS advisory, feed, summary, published, modified, withdrawn, withdrawn_reason, aliases, cwes,
    len(vulnerability_ids) > 1 AS bulletin, coalesce(len("references"), 0) AS "references"
FROM about
ORDER BY bulletin, advisory
