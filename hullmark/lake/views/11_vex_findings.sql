-- What VEX statements say of findings, in each place: of all that fit a finding the one that was made last; of those of one time the
-- one that was imported last, and of those that came together one that leaves it open. Of several issues of one document the newest counts alone. What an attestation states of its image is an issue of its own, counts where nothing that was
-- imported does, and its author is shown as not verified. A statement fits when all that it names does: the vulnerability by any name of either, the
-- package by its URL with every qualifier that is stated, the image by its digest (or an index of it), repository and tag, the platform by the
-- system and release that the URL names (rhel-9 holds rhel-9.4). What is said of a source (arch=src, arch=source) fits the packages that are built
-- from it: by the URL that the source has. A range of versions fits by the key of the version that the URL has. Names and URLs are compared once for each that there is, however many images have it, and of
-- the statements that fit, those that one made later in any place outdoes are left out there. Places are compared of what is left.
CREATE VIEW vex_findings AS
WITH issued AS (
    SELECT * REPLACE (author || CASE WHEN attested THEN ' (attestation, not verified)' ELSE '' END AS author)
    FROM (SELECT *, starts_with(source, 'attestation ') AS attested FROM vex_statements)
    QUALIFY dense_rank() OVER (
        PARTITION BY author, document_id, CASE WHEN attested THEN repository || image_digest ELSE '' END ORDER BY issued_at DESC, imported_at DESC, document DESC
    ) = 1
),
told AS (
    SELECT stated.*, called.vulnerability AS about, image_digest = '' AND repository = '' AND tag = '' AS anywhere
    FROM (SELECT *, unnest(list_append(coalesce(aliases, []), vulnerability)) AS called FROM issued) AS stated
    JOIN called USING (called)
),
ranged AS (
    SELECT DISTINCT stem FROM told WHERE low_key IS NOT NULL OR high_key IS NOT NULL
),
keyed AS (
    SELECT purl, any_value(version_key) AS version_key
    FROM version_keys
    WHERE regexp_extract(purl, '^[^@?#]+') IN (FROM ranged)
    GROUP BY purl
),
named AS (
    SELECT
        purl, vulnerability, names, regexp_extract(purl, '^[^@?#]+') AS stem, regexp_extract(purl, '@([^?#]*)', 1) AS named,
        string_split(regexp_extract(purl, '\?([^#]*)', 1), '&') AS said, version_key
    FROM (
        SELECT DISTINCT purl, vulnerability, coalesce(aliases, []) AS names
        FROM findings SEMI JOIN told ON told.about = findings.vulnerability
    )
    LEFT JOIN keyed USING (purl)
),
built AS (
    SELECT *, regexp_extract(purl, '[?&]upstream=([^&#]*)', 1) AS upstream, starts_with(stem, 'pkg:rpm/') AS is_rpm
    FROM named
    WHERE regexp_matches(stem, '^pkg:(rpm|deb)/') AND vulnerability IN (
        SELECT about FROM told WHERE list_has_any(coalesce(qualifiers, []), ['arch=src', 'arch=source'])
    )
),
source AS (
    SELECT
        purl, vulnerability, names,
        regexp_replace(stem, '[^/]*$', '') || CASE
            WHEN upstream = '' THEN regexp_extract(stem, '[^/]*$')
            WHEN is_rpm THEN regexp_replace(upstream, '-[^-]+-[^-]+$', '')
            ELSE regexp_replace(upstream, '%40.*$', '')
        END AS stem,
        CASE
            WHEN is_rpm AND upstream <> '' THEN regexp_extract(upstream, '([^-]+-[^-]+)[.]src[.]rpm$', 1)
            WHEN contains(upstream, '%40') THEN regexp_extract(upstream, '%40(.*)$', 1)
            ELSE named
        END AS named,
        list_append(
            list_filter(said, lambda item: NOT regexp_matches(item, '^(arch|upstream)=')),
            CASE WHEN is_rpm THEN 'arch=src' ELSE 'arch=source' END
        ) AS said
    FROM built
),
product AS (
    SELECT purl, vulnerability, names, stem, named, said, version_key, false AS is_source FROM named
    UNION ALL SELECT purl, vulnerability, names, stem, named, said, NULL, true FROM source
),
placed AS (
    SELECT
        product.purl, product.vulnerability, product.names, told.status, told.justification, told.detail, told.author, told.document_id,
        told."at", told.image_digest AS image, told.repository AS place, told.tag, told.anywhere,
        row_number() OVER (
            PARTITION BY product.purl, product.vulnerability, product.names
            ORDER BY
                told.attested, told."at" DESC, told.issued_at DESC, told.imported_at DESC, told.status IN ('not_affected', 'fixed'),
                told.document, told."row"
        ) AS rank
    FROM told JOIN product ON product.vulnerability = told.about
        AND (told.called = product.vulnerability OR list_contains(product.names, told.called))
        AND (told.stem = '' OR told.stem = product.stem) AND (told.version = '' OR told.version = product.named)
        AND (told.low_key IS NULL OR product.version_key > told.low_key OR (told.low_inclusive AND product.version_key = told.low_key))
        AND (told.high_key IS NULL OR product.version_key < told.high_key
            OR (told.high_inclusive AND product.version_key = told.high_key))
        AND list_has_all(product.said, coalesce(told.qualifiers, []))
        AND (NOT product.is_source OR list_has_any(coalesce(told.qualifiers, []), ['arch=src', 'arch=source']))
        AND (coalesce(told.platform, '') = '' OR len(list_filter(
            product.said, lambda item: regexp_matches(item, '^distro=' || regexp_escape(told.platform) || '([.-]|$)')
        )) > 0)
),
fitting AS MATERIALIZED (
    SELECT *
    FROM placed
    QUALIFY rank <= coalesce(min(rank) FILTER (anywhere) OVER (PARTITION BY purl, vulnerability, names), rank)
),
standing AS (
    SELECT
        images.registry, images.repository, found.image_digest, found.package_key, fitting.*
    FROM (SELECT image_digest, package_key, purl, vulnerability, coalesce(aliases, []) AS names FROM findings) AS found
    JOIN fitting USING (purl, vulnerability, names)
    JOIN images ON images.digest = found.image_digest AND images.state = 'present'
    WHERE fitting.anywhere
        OR ((fitting.image = '' OR fitting.image = images.digest OR fitting.image = images.index_digest)
            AND (fitting.place = '' OR fitting.place = images.registry || '/' || images.repository)
            AND (fitting.tag = '' OR list_contains(images.tags, fitting.tag)))
)
SELECT registry, repository, image_digest, package_key, vulnerability, status, justification, detail, author, document_id, "at"
FROM standing
WHERE anywhere AND rank = 1
UNION ALL (
    SELECT registry, repository, image_digest, package_key, vulnerability, status, justification, detail, author, document_id, "at"
    FROM standing
    ANTI JOIN (SELECT purl, vulnerability, names FROM fitting WHERE anywhere AND rank = 1) AS settled USING (purl, vulnerability, names)
    QUALIFY row_number() OVER (PARTITION BY registry, repository, image_digest, package_key, vulnerability ORDER BY rank) = 1
)
