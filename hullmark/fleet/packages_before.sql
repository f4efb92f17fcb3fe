/* How many packages the lake holds of these images, of those that have at least $few. Parameters: digests, few. */
SELECT image_digest, count(*) AS before
FROM packages
WHERE image_digest IN (SELECT unnest($digests::VARCHAR[]))
GROUP BY image_digest
HAVING count(*) >= $few
