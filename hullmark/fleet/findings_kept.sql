/* The findings of the images in `scope` that stay as they are. Reads `findings` and `compared`. */
SELECT findings.* FROM findings
SEMI JOIN scope USING (image_digest)
ANTI JOIN compared USING (image_digest, package_key, vulnerability)
