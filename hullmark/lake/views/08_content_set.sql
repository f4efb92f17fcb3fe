-- The repositories that Red Hat's builds say an image was built from, each with the release of its system. Matching asks them which product
-- packages are of (matching/05_streams.sql). A view of the connection alone, as matching has an empty one where there is no lake.
CREATE TEMP VIEW content_set AS
SELECT DISTINCT digest AS image_digest, os_version AS release, unnest(content_sets) AS repository FROM images WHERE len(content_sets) > 0
