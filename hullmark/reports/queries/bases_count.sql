-- How many bases the fleet has and how many of them are out of date; how many of its images stand on one, and of how many none is known.
-- findings: what comes from bases,
-- each counted once. Reads `base` (fleet_bases.sql), `fleet` and `fleet_findings`.
SELECT
    count(*) AS bases, count(*) FILTER (len(outdated) > 0) AS outdated, coalesce(sum(images), 0)::BIGINT AS images,
    coalesce(sum(images) FILTER (len(outdated) > 0), 0)::BIGINT AS images_outdated, (SELECT count(*) FROM fleet_findings WHERE part = 'base' AND NOT settled) AS findings,
    (SELECT count(DISTINCT digest) FROM fleet) AS fleet_images
FROM base
