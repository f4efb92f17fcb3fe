/* The rows of `repositories` that are others than before (schema REPOSITORIES). Reads `described` (what was listed), `asked` and `scanning`
   (what was asked), `whole` (registries that were listed to their end), `repositories`. Parameter: at.
   scanning: what the registry's rules say of a repository, continuous before on-push, or its own setting where they say nothing and
   the registry scans the basic way. What was not asked this time stays as it was. */
WITH said AS (
    SELECT
        registry, repository, any_value(kind) AS kind, any_value(scanning.unknown) AS not_said,
        bool_or(frequency = 'continuous-scan' AND repository GLOB "filter") AS continuous,
        bool_or(frequency = 'scan-on-push' AND repository GLOB "filter") AS on_push
    FROM described JOIN scanning USING (account, region)
    GROUP BY ALL
),
answered AS (
    SELECT
        described.registry, described.repository, asked.lifecycle_rules, asked.access, asked.shared_with,
        CASE
            WHEN said.continuous THEN 'continuous'
            WHEN said.on_push THEN 'on-push'
            WHEN said.kind = 'enhanced' THEN 'manual'
            WHEN scan_on_push THEN 'on-push'
            WHEN denied OR said.kind = '' THEN ''
            ELSE 'manual'
        END AS scanning,
        list_concat(asked.unknown, CASE
            WHEN scanning <> '' THEN []
            WHEN denied THEN ['scanning: AWS denies ecr:DescribeRepositories']
            ELSE [said.not_said]
        END) AS unknown
    FROM described
    JOIN asked USING (account, region, repository)
    JOIN said ON said.registry = described.registry AND said.repository = described.repository
),
now AS (
    SELECT
        described.registry, described.repository, described.account, described.region, described.created_at, described.tag_mutability,
        coalesce(answered.scanning, known.scanning, '') AS scanning, described.encryption, described.kms_key,
        CASE WHEN answered.repository IS NULL THEN known.lifecycle_rules ELSE answered.lifecycle_rules END AS lifecycle_rules,
        coalesce(answered.access, known.access, '') AS access,
        coalesce(answered.shared_with, known.shared_with, []) AS shared_with,
        list_sort(list_concat(
            CASE WHEN denied THEN ['tags: AWS denies ecr:DescribeRepositories', 'encryption: AWS denies ecr:DescribeRepositories'] ELSE [] END,
            CASE
                WHEN answered.repository IS NOT NULL THEN answered.unknown
                ELSE list_filter(coalesce(known.unknown, []), lambda one: NOT regexp_matches(one, '^(tags|encryption):'))
            END
        )) AS unknown,
        CASE WHEN answered.repository IS NULL THEN known.asked_at ELSE $at::TIMESTAMPTZ END AS asked_at,
        'present' AS state
    FROM described
    LEFT JOIN answered USING (registry, repository)
    LEFT JOIN repositories AS known USING (registry, repository)
),
gone AS (
    SELECT * EXCLUDE ("at", state), 'gone' AS state
    FROM repositories SEMI JOIN whole USING (registry)
    ANTI JOIN described USING (registry, repository)
),
every AS (
    SELECT * FROM now
    UNION ALL BY NAME
    SELECT * FROM gone
)
SELECT every.* EXCLUDE (state), $at::TIMESTAMPTZ AS "at", state
FROM every
ANTI JOIN repositories AS known
    ON row(known.registry, known.repository) = row(every.registry, every.repository)
    AND row(known.account, known.region, known.created_at, known.tag_mutability, known.scanning, known.encryption, known.kms_key)
        IS NOT DISTINCT FROM row(every.account, every.region, every.created_at, every.tag_mutability, every.scanning, every.encryption,
            every.kms_key)
    AND row(known.lifecycle_rules, known.access, known.shared_with, known.unknown, known.asked_at, known.state)
        IS NOT DISTINCT FROM row(every.lifecycle_rules, every.access, every.shared_with, every.unknown, every.asked_at, every.state)
