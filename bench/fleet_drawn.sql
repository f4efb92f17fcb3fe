-- 100 advisories of all feeds, as chance has it; the same ones for the same $seed. Reads `advisories`.
SELECT advisory_id FROM advisories ORDER BY hash(advisory_id, $seed) LIMIT 100
