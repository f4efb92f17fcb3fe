/* By what the layers of an image can be told: how many it has, and the chain ID of the last. `root` is its digest or that of an index
   of it, so that either may be looked up; an index has a row for each of its images. Reads `images`, `image_layers`, `known_bases`. */
CREATE OR REPLACE TEMP TABLE base_top AS
WITH last AS (
    SELECT image_digest, max(layer_index) + 1 AS layers, arg_max(chain_id, layer_index) AS chain_id FROM image_layers GROUP BY image_digest
),
called AS (
    SELECT digest, min(repository || coalesce(':' || tags[1], '@' || left(digest, 19))) AS name FROM images GROUP BY digest
),
root AS (
    SELECT DISTINCT digest, digest AS root FROM images
    UNION
    SELECT DISTINCT digest, index_digest FROM images WHERE index_digest <> ''
)
SELECT root.root, last.layers, last.chain_id, called.name
FROM root
JOIN last ON last.image_digest = root.digest
JOIN called ON called.digest = root.digest
UNION
SELECT digest AS root, layers, chain_id, name FROM known_bases
