-- What failed a rule then and has failed it ever since, with today's evidence; compliance.csv counts also what passes by now. Parameter: moment.
-- unknown: the rule could not be asked of it, and evidence says why.
SELECT image_digest, rule, evidence, first_seen, coalesce(unknown, false) AS unknown
FROM checks
WHERE first_seen <= $moment::TIMESTAMPTZ
ORDER BY image_digest, rule
