-- Layers by what building each of them again with current packages ends across the fleet.
WITH fixable AS (
    SELECT
        layer,
        min(layer_index) AS layer_index,
        count(DISTINCT image_digest) AS images,
        count(DISTINCT package) AS packages,
        count(*) FILTER (kev) AS exploited,
        count(*) FILTER (severity IN ('critical', 'high')) AS grave,
        count(*) AS findings
    FROM fleet_findings
    WHERE fixed_version <> ''
    GROUP BY layer
)
SELECT
    fixable.layer,
    min(image_layers.created_by) AS created_by,
    min(fleet.name) AS example,
    any_value(fixable.layer_index) AS layer_index,
    any_value(images) AS images,
    any_value(packages) AS packages,
    any_value(exploited) AS exploited,
    any_value(grave) AS grave,
    any_value(findings) AS findings
FROM fixable
LEFT JOIN image_layers USING (layer)
LEFT JOIN fleet ON fleet.digest = image_layers.image_digest
GROUP BY fixable.layer
ORDER BY exploited DESC, grave DESC, findings DESC, fixable.layer
LIMIT $limit
