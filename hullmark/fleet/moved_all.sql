/* The images that a full matching compares package by package: those that came, went or were read again, and those whose stored packages
   are not what is found now. Packages of which nothing was said before, or nothing is now, are left out: all images that carry
   them get or lose them alike; but for packages that are other distinct ones now, as those of a repository that is of another product, which
   have what was said of them. Reads `touched_image`, `vulnerable_packages`, `verdicts`, `distinct_packages`, `subject`, `fresh`,
   `vulnerable_subject` and `installed`. */
CREATE OR REPLACE TEMP TABLE moved_image AS
WITH known AS MATERIALIZED (
    SELECT * FROM vulnerable_subject SEMI JOIN verdicts USING (subject)
),
now AS (
    SELECT image_digest, sum(content_of(
        package_key(installed.type, installed.name, installed.version, arch, path), subject, purl, path, layer, layer_index)) AS content
    FROM installed JOIN known ON is_subject(installed, known)
    GROUP BY image_digest
),
renamed AS (
    SELECT subject
    FROM distinct_packages
    ANTI JOIN subject USING (subject)
    SEMI JOIN fresh USING (type, name, version)
),
stored AS (
    SELECT image_digest, sum(content_of(package_key, subject, purl, path, layer, layer_index)) AS content
    FROM vulnerable_packages SEMI JOIN known USING (subject)
    GROUP BY image_digest
)
SELECT image_digest FROM now FULL JOIN stored USING (image_digest) WHERE now.content IS DISTINCT FROM stored.content
UNION SELECT image_digest FROM touched_image
UNION SELECT image_digest FROM vulnerable_packages SEMI JOIN renamed USING (subject)
