/* Where one image is built from. Reads `fleet_image`. Parameter: digest. */
SELECT source, revision, dockerfile FROM fleet_image WHERE digest = $digest
