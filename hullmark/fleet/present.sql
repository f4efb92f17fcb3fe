/* The images that are judged, each once: those that are in a registry now. Reads `images`. */
CREATE OR REPLACE TEMP TABLE present AS SELECT DISTINCT digest AS image_digest FROM images WHERE state = 'present'
