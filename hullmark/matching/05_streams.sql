/* Which of Red Hat's streams the packages of an image are of, where its repositories tell. Reads `content_set` and
   `product_repositories`; leaves `stream` (image_digest, main, place).

   1. The products of its repositories that are of the image's own release count: the main stream (enterprise_linux:9), and the extended
      ones (rhel_eus:9.2), of which a repository without a minor release in its name has many; then those of the image's minor release.
   2. Extended streams of one minor release alone: that is the place, all their kinds joined with "+".
   3. The main stream beside extended ones, or several minor releases: a package does not say which it came from. The place is the
      main stream's, with the others behind "+", of which no advisory is asked, and which findings tell.
   4. The main stream alone, and other products: no row; as it is without content sets. */
CREATE TEMP VIEW IF NOT EXISTS content_set AS
SELECT '' AS image_digest, '' AS release, '' AS repository WHERE false;

CREATE TEMP VIEW IF NOT EXISTS product_repositories AS SELECT '' AS repository, '' AS ecosystem WHERE false;

CREATE OR REPLACE TEMP TABLE stream AS
WITH stated AS (
    SELECT DISTINCT image_digest, release, ecosystem[9:] AS product, split_part(ecosystem, ':', 3) AS version,
        'Red Hat:enterprise_linux:' || split_part(release, '.', 1) AS main, ecosystem = main AS is_main
    FROM content_set JOIN product_repositories USING (repository)
    WHERE main_of(ecosystem) = 'Red Hat:enterprise_linux:' || split_part(release, '.', 1)
),
own AS (
    SELECT * FROM stated
    QUALIFY is_main OR version = release OR NOT bool_or(version = release AND NOT is_main) OVER (PARTITION BY image_digest)
),
counted AS (
    SELECT image_digest, main, bool_or(is_main) OR count(DISTINCT version) FILTER (NOT is_main) > 1 AS doubtful,
        string_agg(product, '+' ORDER BY product) FILTER (NOT is_main) AS extended
    FROM own
    GROUP BY image_digest, main
)
SELECT image_digest, main, CASE WHEN doubtful THEN main || '+' || extended ELSE 'Red Hat:' || extended END AS place
FROM counted
WHERE extended IS NOT NULL
