/* Which vulnerabilities each candidate has, one row for each (candidate, vulnerability). Reads `candidate` and the feeds.

   1. A range holds a version when low_key <= version_key < high_key (<= for last_affected; no high_key: no end). Keys are
      bytes whose order is version order. A listed version is held by its key or, without one, by its text.
   2. A withdrawn advisory holds nothing.
   3. Distributions publish both bulletins about several CVEs (DSA, USN) and records about one (DEBIAN-CVE, UBUNTU-CVE).
      Where a record about one CVE speaks of the package in that release, it decides on that CVE, whatever a bulletin says.
   4. Of several advisories about one vulnerability, all aliases are kept; the fixed version is the lowest one above the
      installed version that any of them names. */
CREATE OR REPLACE TEMP TABLE held AS
WITH present AS (
    SELECT DISTINCT ecosystem, advisory_name AS name FROM candidate
),
range AS (
    SELECT affected.* FROM affected SEMI JOIN present USING (ecosystem, name)
),
listed AS (
    SELECT affected_versions.* FROM affected_versions SEMI JOIN present USING (ecosystem, name)
),
hit AS (
    SELECT
        candidate.ecosystem, candidate.advisory_name, candidate.advisory_version, range.advisory_id, range.fixed_version,
        CASE WHEN range.fixed_version <> '' THEN range.high_key END AS fixed_key
    FROM candidate JOIN range ON range.ecosystem = candidate.ecosystem AND range.name = candidate.advisory_name
        AND candidate.version_key >= range.low_key
        AND (range.high_key IS NULL OR candidate.version_key < range.high_key
            OR (range.high_inclusive AND candidate.version_key = range.high_key))
    UNION ALL
    SELECT
        candidate.ecosystem, candidate.advisory_name, candidate.advisory_version, listed.advisory_id, listed.fixed_version, NULL
    FROM candidate JOIN listed ON listed.ecosystem = candidate.ecosystem AND listed.name = candidate.advisory_name
        AND (listed.version_key = candidate.version_key
            OR (candidate.version_key IS NULL AND listed.version = candidate.advisory_version))
),
spoken AS (
    SELECT DISTINCT range.ecosystem, range.name AS advisory_name, advisories.vulnerability_ids[1] AS vulnerability
    FROM range JOIN advisories USING (advisory_id)
    WHERE contains(range.ecosystem, ':') AND len(advisories.vulnerability_ids) = 1
        AND contains(advisories.advisory_id, advisories.vulnerability_ids[1]) AND advisories.withdrawn IS NULL
),
known AS (
    SELECT
        hit.*, unnest(advisories.vulnerability_ids) AS vulnerability, advisories.aliases, advisories.summary,
        advisories.severity, advisories.score, advisories.vector, advisories.severity_source, advisories.modified
    FROM hit JOIN advisories USING (advisory_id)
    WHERE advisories.withdrawn IS NULL
),
decided AS (
    SELECT known.*
    FROM known LEFT JOIN spoken USING (ecosystem, advisory_name, vulnerability)
    WHERE spoken.vulnerability IS NULL OR contains(known.advisory_id, known.vulnerability)
)
SELECT
    ecosystem, advisory_name, advisory_version, vulnerability,
    list_sort(list_filter(list_distinct(flatten(list(list_append(aliases, advisory_id)))), lambda name: name <> vulnerability))
        AS aliases,
    coalesce(arg_min(fixed_version, fixed_key), '') AS fixed_version,
    arg_max(
        {'advisory': advisory_id, 'severity': severity, 'score': score, 'vector': vector, 'source': severity_source,
            'summary': summary},
        {'judged': CASE severity_source WHEN 'ubuntu' THEN 3 WHEN 'debian' THEN 3 WHEN 'cvss' THEN 2 WHEN 'database' THEN 1 ELSE 0 END,
            'modified': coalesce(modified, TIMESTAMPTZ '1970-01-01'), 'id': advisory_id}
    ) AS chosen
FROM decided
GROUP BY ecosystem, advisory_name, advisory_version, vulnerability
