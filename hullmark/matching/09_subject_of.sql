/* What names a distinct package, by all that decides what is compared. Lengths stand before the words, so that no image can make up
   a package that is taken for another; what advisories say does not go into it, so that it stays the same when they change. */
CREATE OR REPLACE TEMP MACRO subject_of(type, ecosystem, name, version, advisory_name, advisory_version, version_key, module) AS (
    (md5_number(concat_ws('|', length(type), type, length(ecosystem), ecosystem, length(name), name, length(version), version,
        length(advisory_name), advisory_name, length(advisory_version), advisory_version, coalesce(hex(version_key), ''), module)) % 9223372036854775807)::BIGINT
)
