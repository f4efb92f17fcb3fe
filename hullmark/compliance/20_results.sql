/* Failing subjects by rule, each once with its evidence and when it first failed, and those of which a rule does not know. Reads `failing`
   (rule, subject, evidence, unknown) and `checks`. Parameter: at. Gives the columns of `checks`. Most rules say one thing of a
   subject, so that only what is said several times is grouped. */
CREATE OR REPLACE TEMP TABLE result AS
WITH repeated AS MATERIALIZED (
    SELECT subject, rule FROM failing GROUP BY subject, rule HAVING count(*) > 1
),
one AS (
    SELECT subject AS image_digest, rule, left(evidence, 400) AS example, 0 AS more, unknown
    FROM failing ANTI JOIN repeated USING (subject, rule)
    UNION ALL (
        SELECT subject, rule, left(min(evidence), 400), count(DISTINCT evidence) - 1, unknown
        FROM failing SEMI JOIN repeated USING (subject, rule)
        GROUP BY subject, rule, unknown
        QUALIFY NOT unknown OR count(*) OVER (PARTITION BY subject, rule) = 1  -- what fails is known
    )
)
SELECT
    image_digest, rule, example || CASE WHEN more > 0 THEN ' (and ' || more || ' more)' ELSE '' END AS evidence,
    coalesce(checks.first_seen, $at::TIMESTAMPTZ) AS first_seen, one.unknown
FROM one
LEFT JOIN checks USING (image_digest, rule)
