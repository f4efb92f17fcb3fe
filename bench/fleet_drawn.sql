-- 100 advisories of all feeds, as chance has it; always the same ones. Reads `advisories`.
SELECT advisory_id FROM advisories ORDER BY hash(advisory_id, 2) LIMIT 100
