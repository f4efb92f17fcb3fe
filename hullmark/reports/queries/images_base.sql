-- What one image stands on; no row where that is not known. Parameter: digest.
SELECT base_name, base_digest, base_layers, method, confidence, evidence FROM base_images WHERE image_digest = $digest
