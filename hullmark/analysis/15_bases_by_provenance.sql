/* What the build of an image says that it used (SLSA provenance, verified by nobody). Where it states its steps, the base is what its last
   stage is FROM (`last_stage`), and nothing for scratch. Else of several images, as a Dockerfile of several stages names them, one is the
   base: the one whose layers are the lowest here, where the fleet or `known_bases` has it; else it is a guess, at one that is called as
   the operating system is. Reads `images`, `image_provenance`, `image_layers`, `base_top`. One row an image; `named` is how many it could
   be, `base_layers` null where no layers prove it. What was built for another platform is no base. */
CREATE OR REPLACE TEMP TABLE base_by_provenance AS
WITH spoken AS (
    SELECT * FROM image_provenance QUALIFY rank() OVER (PARTITION BY image_digest ORDER BY last_stage DESC) = 1
),
used AS (
    SELECT
        image_digest, last_stage, stage_layers, unnest(base_names) AS base_name, unnest(base_digests) AS base_digest,
        unnest(base_platforms) AS built_for
    FROM spoken
),
held AS (
    SELECT image_digest, list(layer ORDER BY layer_index) AS layers
    FROM image_layers SEMI JOIN (SELECT image_digest FROM used WHERE len(stage_layers) > 0) AS wanted USING (image_digest)
    GROUP BY image_digest
),
own AS (
    SELECT digest AS image_digest, any_value(platform) AS platform, any_value(os_id) AS os_id FROM images GROUP BY digest
),
candidate AS (
    SELECT
        used.image_digest, own.os_id, used.base_name, used.base_digest, bool_or(last_stage) AS last_stage,
        coalesce(
            max(base_top.layers) FILTER (here.chain_id = base_top.chain_id),
            max(len(stage_layers)) FILTER (len(stage_layers) > 0 AND held.layers[:len(stage_layers)] = stage_layers)
        ) AS base_layers
    FROM used
    JOIN own USING (image_digest)
    LEFT JOIN held ON held.image_digest = used.image_digest
    LEFT JOIN base_top ON base_top.root = used.base_digest
    LEFT JOIN image_layers AS here ON here.image_digest = used.image_digest AND here.layer_index = base_top.layers - 1
    WHERE built_for = '' OR platform = '' OR split_part(built_for, '/', 1) || split_part(built_for, '/', 2)
        = split_part(platform, '/', 1) || split_part(platform, '/', 2)
    GROUP BY used.image_digest, own.os_id, used.base_name, used.base_digest
)
SELECT
    image_digest, base_name, base_digest, base_layers, last_stage, os_id <> '' AS has_system, count(*) OVER (PARTITION BY image_digest) AS named
FROM candidate
WHERE base_digest <> image_digest
QUALIFY row_number() OVER (
    PARTITION BY image_digest
    ORDER BY
        base_layers DESC NULLS LAST, contains(base_name || ':', '/' || os_id || ':') DESC, contains(base_name, os_id) DESC,
        base_name, base_digest
) = 1
