-- What a base stands on, the nearest first, and then the bases that stand on it, those with the most images first. Reads `base`
-- (fleet_bases.sql). Parameter: base.
WITH one AS (
    SELECT above FROM base WHERE base = $base
)
SELECT
    CASE WHEN list_contains(one.above, base.base) THEN 'stands on' ELSE 'carries' END AS kin, base.base, name, images, below, findings,
    outdated
FROM base, one
WHERE list_contains(one.above, base.base) OR parent = $base AND base.base <> $base
ORDER BY kin DESC, coalesce(list_position(one.above, base.base), 0), below DESC, name, base.base
