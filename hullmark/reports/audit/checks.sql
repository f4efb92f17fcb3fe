-- What failed a rule then and has failed it ever since, with today's evidence; compliance.csv counts also what passes by now. Parameter: moment.
SELECT image_digest, rule, evidence, first_seen
FROM checks
WHERE first_seen <= $moment::TIMESTAMPTZ
ORDER BY image_digest, rule
