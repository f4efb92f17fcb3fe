/* 100 advisories: $ours about packages of the fleet, and the rest about none of them. Reads `affected`, `advisories` and `packages`. */
WITH ours AS (
    SELECT DISTINCT advisory_id FROM affected
    SEMI JOIN (SELECT DISTINCT ecosystem, advisory_name AS name FROM packages) AS installed USING (ecosystem, name)
)
(SELECT advisory_id FROM ours ORDER BY hash(advisory_id) LIMIT $ours)
UNION
(SELECT advisory_id FROM advisories ANTI JOIN ours USING (advisory_id) ORDER BY hash(advisory_id) LIMIT 100 - $ours::BIGINT)
ORDER BY hash(advisory_id, 1)
