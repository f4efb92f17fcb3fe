/* Every finding that some change ends, counted where the same changes end it: `rebase`, to build again on the successor of a base, and
   `upgrade`, to upgrade packages of one kind in the repository where their layer is made (numbers of `change`, -1 for none). A layer is
   made by the smallest image that has it above its own base, so that what a base brings is one change there and not one in each image
   that stands on it. Reads `outcome`, `kind`, `fleet_image`, `image_layers`. Leaves `made` (where it is built from), `change`, `element`
   (what a pair of changes ends of a package of an image; several rows where it is there several times) and `cell` (one row a pair). */
CREATE OR REPLACE TEMP TABLE stack AS
WITH layer AS MATERIALIZED (
    SELECT image, layer_index, chain_id, layer_index >= base_layers AS own
    FROM image_layers JOIN fleet_image ON fleet_image.digest = image_layers.image_digest
),
height AS (
    SELECT image, layers, repository, name FROM (SELECT image, count(*) AS layers FROM layer GROUP BY image) JOIN fleet_image USING (image)
),
maker AS (
    SELECT chain_id, arg_min(image, (NOT own, layers, repository, name)) AS maker FROM layer JOIN height USING (image) GROUP BY chain_id
)
SELECT layer.image, layer_index, repository, source, revision, dockerfile
FROM layer JOIN maker USING (chain_id) JOIN fleet_image ON fleet_image.image = maker;

CREATE OR REPLACE TEMP TABLE made AS
SELECT (row_number() OVER (ORDER BY repository, source, revision, dockerfile))::INTEGER AS made, repository, source, revision, dockerfile
FROM (SELECT DISTINCT repository, source, revision, dockerfile FROM stack);

CREATE OR REPLACE TEMP TABLE family AS
SELECT DISTINCT pkg, CASE WHEN type IN ('deb', 'apk', 'rpm', 'alpm') THEN 'os' ELSE type END AS family FROM kind;

-- What becomes of a package is the same in every image that has it in or above its base and goes on the same successor: it is worked out once
-- for all of them, and by finding only where something of it is settled.
CREATE OR REPLACE TEMP TABLE tally AS
WITH held_package AS MATERIALIZED (
    SELECT
        image, carried, pkg, layer_index, partly, coalesce(bump.fix, -1) AS fix,
        CASE WHEN layer_index < base_layers THEN next ELSE -1 END AS next
    FROM holding JOIN fleet_image USING (image) LEFT JOIN bump USING (image, pkg)
),
judged AS (
    SELECT
        alike.*, kev, grave, weight, alike.fix >= 0 AND kept.kind IS NULL AS upgraded, alike.next >= 0 AND offered.what IS NULL AS rebased
    FROM (SELECT DISTINCT carried, pkg, fix, next FROM held_package WHERE NOT partly) AS alike
    JOIN (SELECT carried, kind, what, kev, grave, weight FROM kind) AS kind USING (carried)
    LEFT JOIN kept ON kept.pkg = alike.pkg AND kept.fix = alike.fix AND kept.kind = kind.kind
    LEFT JOIN offered ON offered.next = alike.next AND offered.what = kind.what
),
summed AS (
    SELECT
        carried, fix, next, upgraded, rebased, count(*) AS closes, count(*) FILTER (kev) AS exploited, count(*) FILTER (grave) AS grave,
        sum(weight) AS weight
    FROM judged
    WHERE rebased OR upgraded
    GROUP BY carried, fix, next, upgraded, rebased
),
part AS (
    SELECT image, pkg, layer_index, fix, upgraded, rebased, closes, exploited, grave, weight
    FROM held_package JOIN summed USING (carried, fix, next)
    WHERE NOT partly
    UNION ALL
    SELECT image, pkg, layer_index, coalesce(fix, -1), upgraded, rebased, 1, kev::BIGINT, grave::BIGINT, weight
    FROM outcome
    SEMI JOIN (SELECT image, kind.kind FROM holding JOIN kind USING (carried) WHERE partly) AS apart USING (image, kind)
    WHERE rebased OR upgraded
)
SELECT
    image, pkg, nullif(fix, -1) AS fix, CASE WHEN upgraded THEN made END AS made, rebased, closes, coalesce(exploited, 0) AS exploited,
    coalesce(part.grave, 0) AS grave, weight
FROM part
JOIN (SELECT image, layer_index, made FROM stack JOIN made USING (repository, source, revision, dockerfile)) AS stack USING (image, layer_index);

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
