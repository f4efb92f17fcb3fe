/*
title = "the layer of every package is one of its image"
level = "error"
*/
SELECT image_digest AS subject, 'layer ' || layer_index || ' of ' || count(*) || ' packages' AS evidence
FROM packages ANTI JOIN image_layers USING (image_digest, layer_index)
GROUP BY image_digest, layer_index
