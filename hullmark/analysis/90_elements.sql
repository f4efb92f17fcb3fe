/* Every finding that some change ends, counted where the same changes end it: `rebase`, to build again on the successor of a base, and
   `upgrade`, to upgrade packages of one kind in the repository where their layer is made (numbers of `change`, -1 for none). A layer is
   made by the smallest image that has it above its own base, so that what a base brings is one change there and not one in each image
   that stands on it. Reads `outcome`, `kind`, `fleet_image`, `image_layers`. Leaves `made` (where it is built from), `change`, `element`
   (one row an image, package and pair of changes) and `cell` (one row a pair of changes). */
CREATE OR REPLACE TEMP TABLE stack AS
WITH layer AS (
    SELECT
        image, layer_index, chain_id, repository, name, source, revision, dockerfile, layer_index >= base_layers AS own,
        count(*) OVER (PARTITION BY image) AS layers
    FROM image_layers JOIN fleet_image ON fleet_image.digest = image_layers.image_digest
),
maker AS (
    SELECT chain_id, repository, source, revision, dockerfile
    FROM layer
    QUALIFY row_number() OVER (PARTITION BY chain_id ORDER BY own DESC, layers, repository, name) = 1
)
SELECT layer.image, layer.layer_index, maker.repository, maker.source, maker.revision, maker.dockerfile FROM layer JOIN maker USING (chain_id);

CREATE OR REPLACE TEMP TABLE made AS
SELECT (row_number() OVER (ORDER BY repository, source, revision, dockerfile))::INTEGER AS made, repository, source, revision, dockerfile
FROM (SELECT DISTINCT repository, source, revision, dockerfile FROM stack);

CREATE OR REPLACE TEMP TABLE family AS
SELECT DISTINCT pkg, CASE WHEN type IN ('deb', 'apk', 'rpm', 'alpm') THEN 'os' ELSE type END AS family FROM kind;

CREATE OR REPLACE TEMP TABLE tally AS
SELECT
    image, pkg, outcome.fix, CASE WHEN upgraded THEN made END AS made, rebased, count(*) AS closes, count(*) FILTER (kev) AS exploited,
    count(*) FILTER (grave) AS grave, sum(weight) AS weight
FROM outcome
JOIN (SELECT image, layer_index, made FROM stack JOIN made USING (repository, source, revision, dockerfile)) AS stack USING (image, layer_index)
WHERE rebased OR upgraded
GROUP BY image, pkg, outcome.fix, CASE WHEN upgraded THEN made END, rebased;

CREATE OR REPLACE TEMP TABLE change AS
WITH named AS (
    SELECT DISTINCT true AS rebase, successor AS name, '' AS family
    FROM tally JOIN fleet_image USING (image)
    WHERE rebased
    UNION ALL
    SELECT DISTINCT false AS rebase, repository AS name, family
    FROM (SELECT DISTINCT made, pkg FROM tally WHERE made IS NOT NULL) JOIN made USING (made) JOIN family USING (pkg)
)
SELECT (row_number() OVER (ORDER BY rebase DESC, name, family) - 1)::INTEGER AS change, * FROM named;

CREATE OR REPLACE TEMP TABLE element AS
SELECT
    image, pkg, tally.fix, tally.made, coalesce(newer.change, -1) AS rebase, coalesce(higher.change, -1) AS upgrade, closes, exploited,
    tally.grave, weight * share AS risk
FROM tally
JOIN fleet_image USING (image)
JOIN family USING (pkg)
LEFT JOIN made USING (made)
LEFT JOIN change AS newer ON newer.rebase AND tally.rebased AND newer.name = fleet_image.successor
LEFT JOIN change AS higher ON NOT higher.rebase AND higher.name = made.repository AND higher.family = family.family;

CREATE OR REPLACE TEMP TABLE cell AS
SELECT rebase, upgrade, round(sum(risk), 6) AS risk FROM element GROUP BY rebase, upgrade ORDER BY rebase, upgrade
