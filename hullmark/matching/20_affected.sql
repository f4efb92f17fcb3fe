/* Which vulnerabilities each candidate has, one row for each (candidate, vulnerability). Reads `candidate` and the feeds.

   1. A range holds a version when low_key <= version_key < high_key (<= for last_affected; no high_key: no end). Keys are
      bytes whose order is version order. A listed version is held by its key, or by its text where there is none.
   2. A withdrawn advisory holds nothing.
   3. An advisory without a CVE goes under the CVE of another one about the package that names it as an alias.
   4. Distributions publish both bulletins about several CVEs (DSA, USN) and records about one (DEBIAN-CVE, UBUNTU-CVE).
      Where a record about one CVE speaks of the package in that release, it decides on that CVE, whatever a bulletin says;
      the bulletin stays an alias. Names of the other CVEs of a bulletin are no aliases.
   5. Of several advisories that decide on one vulnerability, severity is that of the best judge: the distribution, then a
      CVSS vector, then a database's word; the advisory last modified, where several are equal.
   6. The fixed version is the lowest one above the installed version that any of them names, in whichever range, and that
      none of them calls affected; where they call all of those affected, the lowest. A version without a key has none. */
CREATE OR REPLACE TEMP TABLE held AS
WITH present AS (
    SELECT DISTINCT ecosystem, advisory_name AS name FROM candidate
),
range AS MATERIALIZED (
    SELECT affected.* FROM affected SEMI JOIN present USING (ecosystem, name)
),
listed AS MATERIALIZED (
    SELECT affected_versions.* FROM affected_versions SEMI JOIN present USING (ecosystem, name)
),
named AS MATERIALIZED (
    SELECT DISTINCT advisory_id, ecosystem, name FROM (
        SELECT advisory_id, ecosystem, name FROM range UNION ALL SELECT advisory_id, ecosystem, name FROM listed
    )
),
advice AS MATERIALIZED (
    SELECT advisory_id, aliases, vulnerability_ids, summary, severity, score, vector, severity_source, modified
    FROM advisories SEMI JOIN named USING (advisory_id)
    WHERE withdrawn IS NULL
),
hit AS (
    SELECT candidate.*, range.advisory_id
    FROM candidate JOIN range ON range.ecosystem = candidate.ecosystem AND range.name = candidate.advisory_name
        AND candidate.version_key >= range.low_key
        AND (range.high_key IS NULL OR candidate.version_key < range.high_key
            OR (range.high_inclusive AND candidate.version_key = range.high_key))
    UNION ALL
    SELECT candidate.*, listed.advisory_id
    FROM candidate JOIN listed ON listed.ecosystem = candidate.ecosystem AND listed.name = candidate.advisory_name
        AND (listed.version_key = candidate.version_key OR listed.version = candidate.advisory_version)
),
alias AS (
    SELECT unnest(list_append(aliases, advisory_id)) AS name, min(vulnerability_ids[1]) AS cve
    FROM advice
    WHERE len(vulnerability_ids) = 1 AND starts_with(vulnerability_ids[1], 'CVE-')
    GROUP BY name
),
about AS MATERIALIZED (
    SELECT DISTINCT advice.advisory_id, coalesce(alias.cve, one.vulnerability) AS vulnerability
    FROM advice, unnest(advice.vulnerability_ids) AS one(vulnerability)
    LEFT JOIN alias ON alias.name = one.vulnerability AND NOT starts_with(one.vulnerability, 'CVE-')
),
spoken AS (
    SELECT DISTINCT named.ecosystem, named.name AS advisory_name, about.vulnerability
    FROM named JOIN about USING (advisory_id)
    WHERE contains(named.ecosystem, ':') AND ends_with(advisory_id, '-' || about.vulnerability)
),
deciding AS MATERIALIZED (
    SELECT named.advisory_id, named.ecosystem, named.name AS advisory_name, about.vulnerability
    FROM named
    JOIN about USING (advisory_id)
    LEFT JOIN spoken ON spoken.ecosystem = named.ecosystem AND spoken.advisory_name = named.name
        AND spoken.vulnerability = about.vulnerability
    WHERE spoken.vulnerability IS NULL OR ends_with('-' || advisory_id, '-' || about.vulnerability)
),
known AS MATERIALIZED (
    SELECT hit.*, about.vulnerability, deciding.advisory_id IS NOT NULL AS decides
    FROM hit
    JOIN about USING (advisory_id)
    LEFT JOIN deciding USING (advisory_id, ecosystem, advisory_name, vulnerability)
),
judged AS (
    SELECT
        ecosystem, advisory_name, advisory_version, vulnerability,
        list_sort(list_filter(
            list_distinct(flatten(list(list_append(aliases, advisory_id)))),
            lambda name: name <> vulnerability AND (ends_with(name, vulnerability) OR NOT contains(name, 'CVE-'))
        )) AS aliases,
        arg_max(
            {'advisory': advisory_id, 'severity': severity, 'score': score, 'vector': vector, 'source': severity_source,
                'summary': summary},
            {'judge': list_position(['', 'database', 'cvss', 'debian', 'ubuntu'], severity_source),
                'modified': coalesce(modified, TIMESTAMPTZ '1970-01-01'), 'id': advisory_id}
        ) FILTER (WHERE decides) AS chosen
    FROM known JOIN advice USING (advisory_id)
    GROUP BY ecosystem, advisory_name, advisory_version, vulnerability
    HAVING bool_or(decides)
),
wanted AS (
    SELECT DISTINCT ecosystem, advisory_name, vulnerability FROM known WHERE decides
),
fix AS MATERIALIZED (
    SELECT DISTINCT deciding.ecosystem, advisory_name, vulnerability, fixed_version, high_key AS fixed_key
    FROM deciding
    SEMI JOIN wanted USING (ecosystem, advisory_name, vulnerability)
    JOIN range ON range.advisory_id = deciding.advisory_id AND range.ecosystem = deciding.ecosystem
        AND range.name = deciding.advisory_name
    WHERE fixed_version <> ''
),
worthless AS (
    SELECT DISTINCT fix.ecosystem, fix.advisory_name, fix.vulnerability, fixed_key
    FROM fix
    JOIN deciding USING (ecosystem, advisory_name, vulnerability)
    JOIN range ON range.advisory_id = deciding.advisory_id AND range.ecosystem = fix.ecosystem
        AND range.name = fix.advisory_name
        AND fixed_key >= range.low_key
        AND (range.high_key IS NULL OR fixed_key < range.high_key OR (range.high_inclusive AND fixed_key = range.high_key))
    UNION
    SELECT fix.ecosystem, fix.advisory_name, fix.vulnerability, fixed_key
    FROM fix
    JOIN deciding USING (ecosystem, advisory_name, vulnerability)
    JOIN listed ON listed.advisory_id = deciding.advisory_id AND listed.ecosystem = fix.ecosystem
        AND listed.name = fix.advisory_name AND listed.version_key = fixed_key
),
remedy AS (
    SELECT
        known.ecosystem, known.advisory_name, advisory_version, known.vulnerability,
        arg_min(fixed_version, {'in_vain': worthless.fixed_key IS NOT NULL, 'key': fix.fixed_key, 'text': fixed_version})
            AS fixed_version
    FROM (SELECT DISTINCT ecosystem, advisory_name, advisory_version, version_key, vulnerability FROM known) AS known
    JOIN fix ON fix.ecosystem = known.ecosystem AND fix.advisory_name = known.advisory_name
        AND fix.vulnerability = known.vulnerability AND fix.fixed_key > known.version_key
    LEFT JOIN worthless ON worthless.ecosystem = fix.ecosystem AND worthless.advisory_name = fix.advisory_name
        AND worthless.vulnerability = fix.vulnerability AND worthless.fixed_key = fix.fixed_key
    GROUP BY ALL
)
SELECT judged.*, coalesce(remedy.fixed_version, '') AS fixed_version
FROM judged LEFT JOIN remedy USING (ecosystem, advisory_name, advisory_version, vulnerability)
