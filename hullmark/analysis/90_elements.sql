/* Every finding that some change ends, with the keys of the changes that do: `rebase`, to build again on the successor of a base,
   and `upgrade`, to upgrade packages of one kind in the repository where their layer is made. A layer is made by the smallest image
   that has it above its own base, so that what a base brings is one change there and not one in each image that stands on it.
   Reads `expected`, `fleet_image`, `image_layers`. */
CREATE OR REPLACE TEMP TABLE layer_made AS
SELECT chain_id, fleet_image.repository, fleet_image.name, layer_index >= base_layers AS own, source
FROM image_layers
JOIN fleet_image ON fleet_image.digest = image_layers.image_digest
JOIN (SELECT image_digest, count(*) AS layers FROM image_layers GROUP BY image_digest) AS size
    ON size.image_digest = image_layers.image_digest
QUALIFY row_number() OVER (PARTITION BY chain_id ORDER BY own DESC, layers, fleet_image.repository, fleet_image.name) = 1;

CREATE OR REPLACE TEMP TABLE element AS
SELECT
    expected.*, layer_made.repository AS made_in, layer_made.own, layer_made.source,
    CASE WHEN rebased THEN 'base|' || successor END AS rebase,
    CASE WHEN upgraded THEN concat_ws('|', 'upgrade', layer_made.repository,
        CASE WHEN type IN ('deb', 'apk', 'rpm', 'alpm') THEN 'os' ELSE type END) END AS upgrade
FROM expected
JOIN image_layers USING (image_digest, layer_index)
JOIN layer_made USING (chain_id)
WHERE rebased OR upgraded;

CREATE OR REPLACE TEMP TABLE cell AS
SELECT rebase, upgrade, sum(risk) AS risk, count(*) AS findings
FROM element
GROUP BY rebase, upgrade
