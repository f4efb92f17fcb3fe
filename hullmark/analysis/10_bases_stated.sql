/* What images state of their own base: org.opencontainers.image.base.{name,digest} (OCI image-spec, annotations.md). An annotation of
   the manifest speaks of this image alone; a label may be inherited, and is when its base has the same, so that it counts only
   where `base_by_chain` has no better answer. Reads `images`; one row an image.
   `shown_name` is a name without characters that hide or reorder text, since a base may be known by its name alone. */
CREATE OR REPLACE TEMP MACRO shown_name(said) AS regexp_replace(said, '[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]', chr(65533), 'g');

CREATE OR REPLACE TEMP TABLE base_stated AS
WITH said AS (
    SELECT
        digest AS image_digest,
        coalesce(CASE WHEN json_valid(annotations) THEN annotations END ->> '$."org.opencontainers.image.base.name"', '') AS annotation_name,
        coalesce(CASE WHEN json_valid(annotations) THEN annotations END ->> '$."org.opencontainers.image.base.digest"', '') AS annotation_digest,
        coalesce(CASE WHEN json_valid(labels) THEN labels END ->> '$."org.opencontainers.image.base.name"', '') AS label_name,
        coalesce(CASE WHEN json_valid(labels) THEN labels END ->> '$."org.opencontainers.image.base.digest"', '') AS label_digest
    FROM images
),
chosen AS (
    SELECT
        image_digest,
        annotation_name <> '' OR annotation_digest <> '' AS annotated,
        CASE WHEN annotated THEN annotation_name ELSE label_name END AS base_name,
        CASE WHEN annotated THEN annotation_digest ELSE label_digest END AS base_digest
    FROM said
)
SELECT
    image_digest, bool_or(annotated) AS annotated, min(shown_name(left(base_name, 300))) AS base_name,
    min(CASE WHEN regexp_full_match(base_digest, 'sha256:[0-9a-f]{64}') THEN base_digest ELSE '' END) AS base_digest
FROM chosen
WHERE base_name <> '' OR base_digest <> ''
GROUP BY image_digest
