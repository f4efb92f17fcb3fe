/* The images that are judged, each once: those that are in a registry now. Reads `images`. */
CREATE TEMP TABLE IF NOT EXISTS present AS SELECT DISTINCT digest AS image_digest FROM images WHERE state = 'present'
