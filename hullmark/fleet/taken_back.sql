/* Advisories that have been withdrawn, and CVEs that have been rejected, by their names. Reads `advisories`. */
CREATE OR REPLACE TEMP TABLE taken_back AS
SELECT name, max(withdrawn_reason) AS reason
FROM (
    SELECT advisory_id AS name, withdrawn_reason FROM advisories WHERE withdrawn IS NOT NULL
    UNION ALL
    SELECT vulnerability_ids[1], withdrawn_reason FROM advisories
    WHERE withdrawn_reason = 'rejected' AND len(vulnerability_ids) = 1
)
GROUP BY name
