/* The repositories that images state, of which feeds tell the products. Reads `content_set`. */
SELECT DISTINCT repository FROM content_set
