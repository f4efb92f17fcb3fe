/* The products whose packages lie in a repository, as the current snapshot says. */
CREATE OR REPLACE TEMP VIEW product_repositories AS SELECT DISTINCT * FROM _product_repositories
