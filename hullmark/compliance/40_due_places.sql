/* Where there is something to fix: `due_place`, each repository that has images, and who answers for it: the first of `named_owner` whose
   account and pattern fit, "" where nobody is named; `due_image`, the images there; `due_settled`, what of them is settled there, in each
   registry of the account that has such a repository. place: its number by repository and account. Reads `images`, `settled_there`, `named_owner` (number, owner, account and repository, "" for all). */
CREATE OR REPLACE TEMP TABLE due_place AS
SELECT
    (row_number() OVER (ORDER BY place.repository, place.account))::INTEGER AS place, place.account, place.repository,
    coalesce(arg_min(owner, number), '') AS owner
FROM (SELECT DISTINCT account, repository FROM images WHERE state = 'present') AS place
LEFT JOIN named_owner ON (named_owner.account = '' OR named_owner.account = place.account)
    AND (named_owner.repository = '' OR place.repository GLOB named_owner.repository)
GROUP BY place.account, place.repository;

CREATE OR REPLACE TEMP TABLE due_image AS
SELECT (row_number() OVER ())::INTEGER AS image, digest, list(DISTINCT place) AS places
FROM images
JOIN due_place ON due_place.account = images.account AND due_place.repository = images.repository
WHERE state = 'present'
GROUP BY digest;

CREATE OR REPLACE TEMP TABLE due_settled AS
WITH lying AS (
    SELECT place, registry, repository, digest AS image_digest, count(*) OVER (PARTITION BY place, digest) AS registries
    FROM images JOIN due_place USING (account, repository)
    WHERE state = 'present'
)
SELECT place, image_digest, package_key, vulnerability
FROM settled_there JOIN lying USING (registry, repository, image_digest)
GROUP BY place, image_digest, package_key, vulnerability
HAVING count(*) = any_value(registries)
