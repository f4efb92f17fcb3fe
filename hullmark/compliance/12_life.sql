/* The releases of operating systems and runtimes in each image, with the day on which their fixes end. Reads `image`, `packages`,
   `end_of_life`. Parameter: now. A runtime is known by the name of its package where no package manager or another one has it on record; the
   longest cycle that its version begins with counts. near: its fixes have ended, or end within 60 days; evidence says so. */
CREATE OR REPLACE TEMP TABLE image_life AS
WITH runtime(name, product) AS (
    VALUES ('python', 'python'), ('node', 'nodejs'), ('nodejs', 'nodejs'), ('ruby', 'ruby'), ('php', 'php'), ('stdlib', 'go'),
        ('go', 'go'), ('nginx', 'nginx'), ('postgresql', 'postgresql'), ('redis', 'redis'), ('mysql', 'mysql'),
        ('mariadb', 'mariadb'), ('apache', 'apache-http-server'), ('tomcat', 'tomcat')
),
system AS (
    SELECT DISTINCT image_digest, ecosystem
    FROM packages SEMI JOIN image ON image.digest = packages.image_digest
    WHERE type IN ('deb', 'apk', 'rpm', 'alpm') AND ecosystem <> ''
),
program AS (
    SELECT DISTINCT image_digest, product, packages.name, version
    FROM packages
    SEMI JOIN image ON image.digest = packages.image_digest
    JOIN runtime ON runtime.name = packages.name
    WHERE (type = 'generic' OR (type = 'golang' AND packages.name = 'stdlib')) AND coalesce(owner, '') = ''
),
dated AS (
    SELECT image_digest, 'system' AS kind, product, label, cycle, ends, ended
    FROM system JOIN end_of_life USING (ecosystem)
    UNION ALL
    SELECT image_digest, 'runtime' AS kind, product, program.name || ' ' || version AS label, cycle, ends, ended
    FROM program JOIN end_of_life USING (product)
    WHERE version = cycle OR starts_with(version, cycle || '.')
    QUALIFY row_number() OVER (PARTITION BY image_digest, product, version ORDER BY len(cycle) DESC) = 1
)
SELECT
    *, coalesce(nullif(label, ''), product || ' ' || cycle) AS name, ended OR ends < $now::TIMESTAMPTZ::DATE + INTERVAL 60 DAY AS near,
    name || CASE
        WHEN ends IS NULL THEN ' has ended'
        WHEN ends < $now::TIMESTAMPTZ::DATE THEN ' ended on ' || strftime(ends, '%Y-%m-%d')
        ELSE ' ends on ' || strftime(ends, '%Y-%m-%d')
    END AS evidence
FROM dated
