-- The layers of one image, the bottom one first, with what each brought in.
SELECT
    image_layers.layer_index,
    created_by,
    coalesce(packages, 0) AS packages,
    coalesce(critical, 0) AS critical,
    coalesce(high, 0) AS high,
    coalesce(findings, 0) AS findings,
    coalesce(fixable, 0) AS fixable,
    size,
    layer,
    left(layer, 19) AS short_digest
FROM image_layers
LEFT JOIN (
    SELECT layer, layer_index, count(*) AS packages FROM packages WHERE image_digest = $digest GROUP BY layer, layer_index
) AS brought USING (layer, layer_index)
LEFT JOIN (
    SELECT
        layer,
        layer_index,
        count(*) AS findings,
        count(*) FILTER (severity = 'critical') AS critical,
        count(*) FILTER (severity = 'high') AS high,
        count(*) FILTER (fixed_version <> '') AS fixable
    FROM findings
    WHERE image_digest = $digest
    GROUP BY layer, layer_index
) AS found USING (layer, layer_index)
WHERE image_digest = $digest
ORDER BY image_layers.layer_index
