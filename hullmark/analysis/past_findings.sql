/* Every finding of that day, by key. Reads `past_finding`. */
FROM past_finding ORDER BY image_digest, package_key, vulnerability
