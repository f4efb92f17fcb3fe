/* The images that were in a registry at a time: seen by then, and still there or seen after it. Reads `images`. */
CREATE OR REPLACE TEMP TABLE past_image AS
SELECT DISTINCT digest AS image_digest FROM images
WHERE first_seen <= $moment::TIMESTAMPTZ AND (state = 'present' OR last_seen >= $moment::TIMESTAMPTZ)
