/* What `added` holds, in the columns of `vulnerable_packages`. */
SELECT *, $at::TIMESTAMPTZ AS first_seen, $at::TIMESTAMPTZ AS last_seen FROM added ORDER BY image_digest
