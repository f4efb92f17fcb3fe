/* The nearest base that the layers themselves prove: another image, or a base that the operator has named (`known_bases`), all of
   whose layers are the lowest ones of this image, and which has fewer (equal chain IDs mean equal content; OCI image-spec,
   config.md). Reads `image_layers`, `images`, `known_bases`. One row an image: of several equal bases the one that is in a
   registry now, has a tag, and was pushed first. Only the best two of equal layers are joined (the second for the first itself): a
   thousand builds on one base are no million pairs. */
CREATE OR REPLACE TEMP TABLE base_by_chain AS
WITH top AS (
    SELECT image_digest, max(layer_index) + 1 AS layers, arg_max(chain_id, layer_index) AS chain_id
    FROM image_layers
    GROUP BY image_digest
),
named AS (
    SELECT
        digest,
        min(repository || coalesce(':' || tags[1], '@' || left(digest, 19))) AS name,
        bool_or(state = 'present') AS present,
        bool_or(len(tags) > 0) AS tagged,
        min(pushed_at) AS pushed_at
    FROM images
    GROUP BY digest
),
candidate AS (
    SELECT image_digest AS base_digest, chain_id, layers, name, present, tagged, pushed_at, 'chain' AS method
    FROM top JOIN named ON named.digest = top.image_digest
    UNION ALL BY NAME
    SELECT digest AS base_digest, chain_id, layers, name, true AS present, true AS tagged, created AS pushed_at, 'known' AS method
    FROM known_bases
),
once AS (
    SELECT *
    FROM candidate
    QUALIFY row_number() OVER (
        PARTITION BY chain_id, layers, base_digest ORDER BY present DESC, tagged DESC, pushed_at NULLS LAST, name, method
    ) = 1
),
best AS (
    SELECT *
    FROM once
    QUALIFY row_number() OVER (
        PARTITION BY chain_id, layers ORDER BY present DESC, tagged DESC, pushed_at NULLS LAST, name, base_digest
    ) <= 2
)
SELECT own.image_digest, best.base_digest, best.name AS base_name, best.layers AS base_layers, best.method
FROM image_layers AS here
JOIN top AS own USING (image_digest)
JOIN best ON best.chain_id = here.chain_id AND best.layers = here.layer_index + 1
WHERE best.layers < own.layers AND best.base_digest <> own.image_digest
QUALIFY row_number() OVER (
    PARTITION BY own.image_digest
    ORDER BY best.layers DESC, present DESC, tagged DESC, pushed_at NULLS LAST, best.name, best.base_digest
) = 1
