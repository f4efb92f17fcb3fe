/* Which vulnerabilities each candidate has, one row for each (candidate, vulnerability). Reads `candidate` and the feeds.

   1. A range holds a version when low_key <= version_key < high_key (<= for last_affected; no high_key: no end). Keys are
      bytes whose order is version order. A listed version is held by its key, or by its text where there is none.
   2. A withdrawn advisory holds nothing, and a CVE that its own text calls rejected is none.
   3. An advisory without a CVE goes under the CVE of another one about the package that names it as an alias.
   4. Distributions publish both bulletins about several CVEs (DSA, USN) and records about one (DEBIAN-CVE, UBUNTU-CVE).
      Where a record about one CVE speaks of the package in that release, it decides on that CVE, whatever a bulletin says;
      the bulletin stays an alias. Names of the other CVEs of a bulletin are no aliases. Debian's own tracker (TRACKER-CVE)
      decides before OSV's copy of it.
   5. What Ubuntu Pro says of a CVE decides for packages that come from Pro, and for no others; so does what TuxCare and Root say of
      what they built, and what is said of an extended stream of Red Hat for the packages of an image that is built from it. Where it says nothing, the release's decides.
   6. Of several advisories that decide on one vulnerability, severity is that of the best judge: the distribution, then a
      CVSS vector, then a database's word, then NVD; the advisory last modified, where several are equal. One that tells of no flaw
      (informational) comes last.
   7. The fixed version is the lowest one above the installed version that any of them names for this build, in whichever
      range, and that none of them calls affected of this build; where they call all of those affected, the lowest. A version without a
      key has none. */
CREATE OR REPLACE TEMP TABLE held AS
WITH place AS (
    SELECT place, reading.ecosystem, max(reading.rank) AS rank
    FROM (SELECT place, unnest(read_of(place)) AS reading FROM (SELECT DISTINCT place FROM candidate))
    GROUP BY ALL
),
present AS (
    SELECT DISTINCT place, ecosystem, rank, advisory_name FROM candidate JOIN place USING (place)
),
range AS MATERIALIZED (
    SELECT affected.*, place, advisory_name, rank
    FROM affected JOIN present ON present.ecosystem = affected.ecosystem AND present.advisory_name = affected.name
),
listed AS MATERIALIZED (
    SELECT affected_versions.*, place, advisory_name, rank
    FROM affected_versions
    JOIN present ON present.ecosystem = affected_versions.ecosystem AND present.advisory_name = affected_versions.name
),
named AS MATERIALIZED (
    SELECT DISTINCT advisory_id, place, advisory_name, rank FROM (
        SELECT advisory_id, place, advisory_name, rank FROM range
        UNION ALL SELECT advisory_id, place, advisory_name, rank FROM listed
    )
),
advice AS MATERIALIZED (
    SELECT advisory_id, aliases, vulnerability_ids, summary, severity, score, vector, severity_source, modified
    FROM advisories SEMI JOIN named USING (advisory_id)
    WHERE withdrawn IS NULL
),
hit AS (
    SELECT candidate.*, advisory_id, rank, status, severity, note
    FROM candidate JOIN range ON range.place = candidate.place AND range.advisory_name = candidate.advisory_name
        AND candidate.version_key >= range.low_key
        AND (range.high_key IS NULL OR candidate.version_key < range.high_key
            OR (range.high_inclusive AND candidate.version_key = range.high_key))
        AND speaks_of(range.modules, range.binaries, candidate.module, candidate.binary_name)
    UNION ALL
    SELECT candidate.*, advisory_id, rank, status, severity, note
    FROM candidate JOIN listed ON listed.place = candidate.place AND listed.advisory_name = candidate.advisory_name
        AND (listed.version_key = candidate.version_key OR listed.version = candidate.advisory_version)
        AND speaks_of(listed.modules, listed.binaries, candidate.module, candidate.binary_name)
),
concerning AS MATERIALIZED (
    SELECT advisory_id, place, advisory_name, aliases, vulnerability_ids
    FROM (SELECT DISTINCT advisory_id, place, advisory_name FROM named) JOIN advice USING (advisory_id)
),
alias AS (
    SELECT place, advisory_name, unnest(list_append(aliases, advisory_id)) AS name, min(vulnerability_ids[1]) AS cve
    FROM concerning
    WHERE len(vulnerability_ids) = 1 AND starts_with(vulnerability_ids[1], 'CVE-')
    GROUP BY place, advisory_name, name
),
rejected AS (
    SELECT DISTINCT vulnerability_ids[1] AS vulnerability
    FROM advisories
    WHERE withdrawn_reason = 'rejected' AND len(vulnerability_ids) = 1
),
about AS MATERIALIZED (
    SELECT DISTINCT one.advisory_id, one.place, one.advisory_name, coalesce(alias.cve, one.vulnerability) AS vulnerability
    FROM (SELECT advisory_id, place, advisory_name, unnest(vulnerability_ids) AS vulnerability FROM concerning) AS one
    LEFT JOIN alias ON alias.place = one.place AND alias.advisory_name = one.advisory_name AND alias.name = one.vulnerability
        AND NOT starts_with(one.vulnerability, 'CVE-')
    WHERE coalesce(alias.cve, one.vulnerability) NOT IN (FROM rejected)
),
spoken AS (
    SELECT
        named.*, vulnerability, contains(place, ':') AND ends_with(advisory_id, '-' || vulnerability) AS alone,
        alone AND starts_with(advisory_id, 'TRACKER-') AS tracked
    FROM named JOIN about USING (advisory_id, place, advisory_name)
    QUALIFY rank = max(rank) OVER (PARTITION BY place, advisory_name, vulnerability)
),
deciding AS MATERIALIZED (
    SELECT advisory_id, place, advisory_name, rank, vulnerability
    FROM spoken
    QUALIFY CASE
        WHEN bool_or(tracked) OVER (PARTITION BY place, advisory_name, vulnerability) THEN tracked
        WHEN bool_or(alone) OVER (PARTITION BY place, advisory_name, vulnerability)
            THEN ends_with('-' || advisory_id, '-' || vulnerability)
        ELSE true
    END
),
known AS MATERIALIZED (
    SELECT hit.*, about.vulnerability, deciding.advisory_id IS NOT NULL AS decides
    FROM hit
    JOIN about USING (advisory_id, place, advisory_name)
    LEFT JOIN deciding USING (advisory_id, place, advisory_name, rank, vulnerability)
),
judged AS (
    SELECT
        place, advisory_name, advisory_version, module, binary_name, vulnerability,
        list_sort(list_filter(
            list_distinct(flatten(list(list_append(aliases, advisory_id)))),
            lambda name: name <> vulnerability AND (ends_with(name, vulnerability) OR NOT contains(name, 'CVE-'))
        )) AS aliases,
        arg_max(
            {'advisory': advisory_id, 'severity': coalesce(nullif(known.severity, ''), advice.severity), 'score': score,
                'vector': vector, 'source': severity_source, 'summary': summary},
            {'judge': coalesce(list_position(['informational', '', 'nvd', 'database', 'cvss'], severity_source), 6),
                'modified': coalesce(modified, TIMESTAMPTZ '1970-01-01'), 'id': advisory_id}
        ) FILTER (WHERE decides) AS chosen,
        max(status) FILTER (WHERE decides) AS status,
        coalesce(string_agg(DISTINCT note, '; ' ORDER BY note) FILTER (WHERE decides AND note <> ''), '') AS note
    FROM known JOIN advice USING (advisory_id)
    GROUP BY place, advisory_name, advisory_version, module, binary_name, vulnerability
    HAVING bool_or(decides)
),
wanted AS (
    SELECT DISTINCT place, advisory_name, vulnerability FROM known WHERE decides
),
fix AS MATERIALIZED (
    SELECT DISTINCT place, advisory_name, vulnerability, modules, binaries, fixed_version, high_key AS fixed_key
    FROM deciding
    SEMI JOIN wanted USING (place, advisory_name, vulnerability)
    JOIN range USING (advisory_id, place, advisory_name, rank)
    WHERE fixed_version <> ''
),
build AS MATERIALIZED (
    SELECT DISTINCT place, advisory_name, vulnerability, module, binary_name FROM known
),
worthless AS (
    SELECT fix.place, fix.advisory_name, fix.vulnerability, module, binary_name, fixed_key
    FROM fix
    JOIN build ON build.place = fix.place AND build.advisory_name = fix.advisory_name AND build.vulnerability = fix.vulnerability
        AND speaks_of(fix.modules, fix.binaries, build.module, build.binary_name)
    JOIN deciding ON deciding.place = fix.place AND deciding.advisory_name = fix.advisory_name
        AND deciding.vulnerability = fix.vulnerability
    JOIN range ON range.advisory_id = deciding.advisory_id AND range.place = fix.place
        AND range.advisory_name = fix.advisory_name AND range.rank = deciding.rank
        AND speaks_of(range.modules, range.binaries, build.module, build.binary_name)
        AND fixed_key >= range.low_key
        AND (range.high_key IS NULL OR fixed_key < range.high_key OR (range.high_inclusive AND fixed_key = range.high_key))
    UNION
    SELECT fix.place, fix.advisory_name, fix.vulnerability, module, binary_name, fixed_key
    FROM fix
    JOIN build ON build.place = fix.place AND build.advisory_name = fix.advisory_name AND build.vulnerability = fix.vulnerability
        AND speaks_of(fix.modules, fix.binaries, build.module, build.binary_name)
    JOIN deciding ON deciding.place = fix.place AND deciding.advisory_name = fix.advisory_name
        AND deciding.vulnerability = fix.vulnerability
    JOIN listed ON listed.advisory_id = deciding.advisory_id AND listed.place = fix.place
        AND listed.advisory_name = fix.advisory_name AND listed.rank = deciding.rank AND listed.version_key = fixed_key
        AND speaks_of(listed.modules, listed.binaries, build.module, build.binary_name)
),
remedy AS (
    SELECT
        known.place, known.advisory_name, advisory_version, known.module, known.binary_name, known.vulnerability,
        arg_min(fixed_version, {'in_vain': worthless.fixed_key IS NOT NULL, 'key': fix.fixed_key, 'text': fixed_version})
            AS fixed_version
    FROM (
        SELECT DISTINCT place, advisory_name, advisory_version, module, binary_name, version_key, vulnerability FROM known
    ) AS known
    JOIN fix ON fix.place = known.place AND fix.advisory_name = known.advisory_name
        AND fix.vulnerability = known.vulnerability AND fix.fixed_key > known.version_key
        AND speaks_of(fix.modules, fix.binaries, known.module, known.binary_name)
    LEFT JOIN worthless ON worthless.place = known.place AND worthless.advisory_name = known.advisory_name
        AND worthless.vulnerability = known.vulnerability AND worthless.module = known.module
        AND worthless.binary_name = known.binary_name AND worthless.fixed_key = fix.fixed_key
    GROUP BY ALL
),
paid AS (
    SELECT
        held.place, held.advisory_name, held.advisory_version, held.binary_name, held.vulnerability,
        arg_min(affected.fixed_version, {'key': affected.high_key, 'text': affected.fixed_version}) AS fixed_version
    FROM known AS held
    JOIN affected ON affected.ecosystem = replace(held.place, 'Ubuntu:', 'Ubuntu:Pro:')
        AND affected.name = held.advisory_name AND affected.high_key > held.version_key AND affected.fixed_version <> ''
    JOIN about ON about.advisory_id = affected.advisory_id AND about.place = held.place
        AND about.advisory_name = held.advisory_name AND about.vulnerability = held.vulnerability
    WHERE starts_with(held.place, 'Ubuntu:') AND NOT starts_with(held.place, 'Ubuntu:Pro:')
    GROUP BY ALL
)
SELECT
    judged.* EXCLUDE (status, note),
    coalesce(remedy.fixed_version, '') AS fixed_version,
    CASE
        WHEN remedy.fixed_version IS NOT NULL THEN 'fixed'
        WHEN judged.status <> '' THEN judged.status
        WHEN ended.ecosystem IS NOT NULL THEN 'end-of-life'
        ELSE 'not-yet'
    END AS fix_state,
    concat_ws('; ', nullif(judged.note, ''), CASE
        WHEN remedy.fixed_version IS NULL AND paid.fixed_version IS NOT NULL
            THEN 'Ubuntu Pro has a fix in ' || paid.fixed_version
        WHEN contains(judged.place, ':enterprise_linux:') AND contains(judged.place, '+')
            THEN 'the image states repositories of ' || replace(judged.place[9:], '+', ', ')
                || ', and a package does not say from which it came: the first one decides'
    END) AS note
FROM judged
LEFT JOIN remedy USING (place, advisory_name, advisory_version, module, binary_name, vulnerability)
LEFT JOIN paid USING (place, advisory_name, advisory_version, binary_name, vulnerability)
LEFT JOIN ended ON ended.ecosystem = split_part(judged.place, '+', 1)
