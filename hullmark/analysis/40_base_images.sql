/* One base an image, by the best evidence there is (schema BASE_IMAGES): an annotation, unless the layers prove a nearer base; the
   layers; provenance that names one image; a label; packages; provenance that names several; and where nothing else speaks the release
   of the operating system. A stated base that is an image of the fleet, or an index of one, or a known base, is followed to its layers.
   Reads what the files before made, `images`, `image_layers` and `packages`. */
WITH size AS (
    SELECT image_digest, max(layer_index) + 1 AS layers FROM image_layers GROUP BY image_digest
),
called AS (
    SELECT digest, min(repository || coalesce(':' || tags[1], '@' || left(digest, 19))) AS name FROM images GROUP BY digest
),
stated AS (
    SELECT
        base_stated.image_digest, annotated, base_digest,
        coalesce(nullif(base_name, ''), min(base_top.name), left(base_digest, 19)) AS base_name,
        max(base_top.layers) FILTER (here.chain_id = base_top.chain_id) AS base_layers
    FROM base_stated
    LEFT JOIN base_top ON base_top.root = base_stated.base_digest
    LEFT JOIN image_layers AS here ON here.image_digest = base_stated.image_digest AND here.layer_index = base_top.layers - 1
    GROUP BY base_stated.image_digest, annotated, base_digest, base_stated.base_name
),
release AS (
    SELECT
        images.digest AS image_digest, any_value(shown_name(trim(coalesce(nullif(os_name, ''), os_id || ' ' || os_version)))) AS os_name,
        min(packages.layer_index) + 1 AS base_layers
    FROM images
    JOIN packages ON packages.image_digest = images.digest AND packages.type IN ('deb', 'apk', 'rpm', 'alpm')
    ANTI JOIN base_by_chain ON base_by_chain.image_digest = images.digest  -- the layers have said it
    WHERE os_id <> ''
    GROUP BY images.digest
),
answer AS (
    SELECT
        image_digest, base_digest, base_name, coalesce(base_layers, by_chain_layers, release_layers, 0) AS base_layers,
        'annotation' AS method, 'stated' AS confidence, 1 AS rank,
        'its annotations name ' || base_name
            || CASE WHEN base_layers IS NULL THEN '; how many layers are the base''s is not known and a lower bound' ELSE '' END AS evidence
    FROM stated
    LEFT JOIN (SELECT image_digest, base_layers AS by_chain_layers FROM base_by_chain) AS proven USING (image_digest)
    LEFT JOIN (SELECT image_digest, base_layers AS release_layers FROM release) AS guessed USING (image_digest)
    WHERE annotated AND (base_layers IS NULL OR by_chain_layers IS NULL OR base_layers >= by_chain_layers)
    UNION ALL BY NAME
    SELECT
        image_digest, base_digest, base_name, base_layers, method, 'certain' AS confidence, 3 AS rank,
        'its lowest ' || base_layers || CASE WHEN base_layers = 1 THEN ' layer is' ELSE ' layers are' END || ' all of ' || base_name
            AS evidence
    FROM base_by_chain
    UNION ALL BY NAME
    SELECT
        image_digest, base_digest, base_name, coalesce(base_layers, release_layers, 0) AS base_layers, 'provenance' AS method,
        CASE
            WHEN base_layers > coalesce(by_chain_layers, 0) THEN 2
            WHEN named = 1 AND (has_system OR last_stage) THEN 4
            ELSE 7
        END AS rank,
        CASE WHEN rank < 7 THEN 'stated' ELSE 'guess' END AS confidence,
        'its provenance, which nobody has verified, names ' || base_name || CASE WHEN last_stage THEN ' for the last stage' ELSE '' END || CASE
            WHEN base_layers IS NOT NULL THEN ', whose layers are its lowest'
            WHEN named > 1 THEN ' among ' || named || ' images, and which of them is the base is not known'
            WHEN NOT has_system AND NOT last_stage THEN '; it has no operating system, so that it may be built from scratch'
            ELSE '; how many layers are the base''s is not known'
        END AS evidence
    FROM base_by_provenance
    LEFT JOIN (SELECT image_digest, base_layers AS by_chain_layers FROM base_by_chain) AS proven USING (image_digest)
    LEFT JOIN (SELECT image_digest, base_layers AS release_layers FROM release) AS guessed USING (image_digest)
    UNION ALL BY NAME
    SELECT
        image_digest, base_digest, base_name, coalesce(base_layers, release_layers, 0) AS base_layers, 'label' AS method,
        'stated' AS confidence, 5 AS rank, 'its labels name ' || base_name || '; labels may be inherited' AS evidence
    FROM stated
    LEFT JOIN (SELECT image_digest, base_layers AS release_layers FROM release) AS guessed USING (image_digest)
    UNION ALL BY NAME
    SELECT
        image_digest, base_digest, called.name AS base_name, base_layers, 'packages' AS method, 'likely' AS confidence, 6 AS rank,
        'it has ' || common || ' of the ' || offered || ' OS packages of ' || called.name AS evidence
    FROM base_by_packages JOIN called ON called.digest = base_digest
    UNION ALL BY NAME
    SELECT
        image_digest, '' AS base_digest, os_name AS base_name, base_layers, 'os-release' AS method, 'guess' AS confidence,
        8 AS rank, 'its release file says ' || os_name || '; the layer that brought the OS packages counts as the base' AS evidence
    FROM release
)
SELECT
    image_digest, base_digest, base_name, least(answer.base_layers, size.layers) AS base_layers, method, confidence, evidence
FROM answer JOIN size USING (image_digest)
QUALIFY row_number() OVER (PARTITION BY image_digest ORDER BY rank) = 1
ORDER BY image_digest
