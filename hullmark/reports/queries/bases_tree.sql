-- The family tree of the bases that pass the filters, with all that they stand on and that stands on them, in the order in which it is
-- drawn: each base below what it stands on, what most images stand on first. row: from 0; depth: 0 for what stands on no base;
-- parent_row: of what it stands on. Reads `base` (fleet_bases.sql). Parameters: word, only_outdated, limit (bases; those with the most images).
WITH matched AS (
    SELECT base, above
    FROM base
    WHERE ($word = '' OR contains(lower(name), lower($word)) OR contains(digest, lower($word))) AND (NOT $only_outdated OR len(outdated) > 0)
),
related AS (
    SELECT base FROM matched
    UNION
    SELECT unnest(above) FROM matched
    UNION
    SELECT base.base FROM base JOIN matched ON list_contains(base.above, matched.base)
),
shown AS (  -- what a base stands on has more images than it has
    SELECT *, count(*) OVER () AS total, row_number() OVER (ORDER BY below DESC, len(above), name, base.base) AS place
    FROM base SEMI JOIN related USING (base)
    QUALIFY place <= $limit
),
climbed AS (
    SELECT base, unnest(list_append(list_reverse(above), base)) AS step, generate_subscripts(list_append(above, base), 1) AS number FROM shown
),
branch AS (
    SELECT climbed.base, list(shown.place ORDER BY number) AS path FROM climbed JOIN shown ON shown.base = climbed.step GROUP BY climbed.base
),
placed AS (
    SELECT shown.*, len(above) AS depth, row_number() OVER (ORDER BY path, base) - 1 AS row FROM shown JOIN branch USING (base)
)
SELECT
    placed.row, placed.depth, parent.row AS parent_row, placed.base, placed.name, placed.digest, placed.images, placed.below, placed.findings,
    placed.methods, placed.confidences, placed.outdated, placed.total
FROM placed
LEFT JOIN placed AS parent ON parent.base = placed.above[1]
ORDER BY placed.row
