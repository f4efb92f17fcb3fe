/* How many findings each image has of what is judged, and a fingerprint of them: equal fingerprints, equal findings. It is summed over
   packages, so that nothing needs to be fanned out for it. Reads `installed` and `verdict`. */
CREATE OR REPLACE TEMP TABLE expected AS
WITH said AS (
    SELECT place, advisory_name, advisory_version, module, binary_name, count(*) AS rows, sum(hash(verdict)::HUGEINT) AS content
    FROM verdict
    GROUP BY ALL
)
SELECT
    image_digest, sum(rows)::BIGINT AS rows,
    (sum(hash(content, type, name, version, arch, path, purl, layer, layer_index)::HUGEINT) % 9223372036854775807)::BIGINT
        AS fingerprint
FROM installed JOIN said USING (place, advisory_name, advisory_version, module, binary_name)
GROUP BY image_digest
