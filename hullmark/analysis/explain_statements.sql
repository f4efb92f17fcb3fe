/* Everything that the advisories say of one vulnerability and the packages of one image, one row for each package and statement (a
   range or a list of versions), and `holds`: why it makes the package affected or not. Reads `package`, `installed`, `answered`,
   the feeds and `about` (told_about.sql). Parameter: package, the name of the only package that is asked about, "" for all.

   affected          the version lies in the range, or is listed
   never             the range holds no version: fixed in "0"
   before, fixed, after: below the range; at or above its fix; above the last version affected
   not-listed        the version is not among those that are listed
   other-release     what is said is about another release of the operating system
   other-build       about another module stream, or other binary packages of the source
   withdrawn, rejected: the advisory was taken back; the CVE was
   owned             an OS package owns the file: its distribution answers for it
   no-order          the version is none that its scheme allows, so that ranges say nothing of it */
WITH statement AS (
    SELECT advisory_id, ecosystem, name, modules, binaries, status, note, scheme, low, high, low_key, high_key, high_inclusive,
        fixed_version, NULL AS version, NULL AS version_key
    FROM affected SEMI JOIN about USING (advisory_id)
    UNION ALL
    SELECT advisory_id, ecosystem, name, any_value(modules), any_value(binaries), any_value(status), any_value(note), '', '', '', NULL,
        NULL, false, any_value(fixed_version), list(version ORDER BY version), list(version_key)
    FROM affected_versions SEMI JOIN about USING (advisory_id)
    GROUP BY advisory_id, ecosystem, name
),
subject AS (
    SELECT package.*, answered.owner IS NOT NULL AS is_owned, coalesce(installed.place, package.ecosystem) AS place,
        coalesce(installed.module, '') AS module, coalesce(installed.binary_name, '') AS binary_name
    FROM package
    LEFT JOIN installed USING (image_digest, path, type, name, version, arch)
    LEFT JOIN answered ON answered.image_digest = package.image_digest AND answered.owner = package.owner
    WHERE package.ecosystem <> '' AND ($package = '' OR $package IN (package.name, package.advisory_name))
),
met AS (
    SELECT subject.*, statement.* EXCLUDE (ecosystem, name, version, version_key),
        statement.ecosystem AS said_of, statement.version AS listed, statement.version_key AS listed_keys,
        about.feed, about.summary, about.severity, about.score, about.vector, about.severity_source, about.published,
        about.modified, about.withdrawn, about.withdrawn_reason,
        list_contains(list_transform(read_of(place), lambda read: read.ecosystem), statement.ecosystem) AS is_read
    FROM subject
    JOIN statement ON statement.name = compared_name(subject.ecosystem, subject.advisory_name)
        AND split_part(statement.ecosystem, ':', 1) IN (split_part(subject.ecosystem, ':', 1), split_part(subject.place, ':', 1))
    JOIN about USING (advisory_id)
)
SELECT
    package_key(type, name, version, arch, path) AS package_key, type, name AS package, version AS installed, ecosystem, advisory_name,
    advisory_version AS compared, path, owner, layer, layer_index, origin, advisory_id AS advisory, feed, said_of, scheme, low, high,
    high_inclusive, fixed_version, listed, status, note, summary, severity, score, vector, severity_source, published, modified,
    withdrawn, modules, binaries, module,
    CASE
        WHEN is_owned THEN 'owned'
        WHEN withdrawn IS NOT NULL THEN if(withdrawn_reason = 'rejected', 'rejected', 'withdrawn')
        WHEN NOT is_read THEN 'other-release'
        WHEN NOT speaks_of(modules, binaries, module, binary_name) THEN 'other-build'
        WHEN listed IS NOT NULL THEN
            if(list_contains(listed, advisory_version) OR list_contains(listed_keys, version_key), 'affected', 'not-listed')
        WHEN high_key <= low_key AND NOT high_inclusive THEN 'never'
        WHEN version_key IS NULL THEN 'no-order'
        WHEN version_key < low_key THEN 'before'
        WHEN high_key IS NULL OR version_key < high_key OR (high_inclusive AND version_key = high_key) THEN 'affected'
        WHEN high_inclusive THEN 'after'
        ELSE 'fixed'
    END AS holds
FROM met
ORDER BY path, name, installed, holds <> 'affected', advisory, low_key NULLS FIRST, high_key NULLS LAST, low, high
