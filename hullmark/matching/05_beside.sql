/* Where the owners of packages are looked up: in `package`, unless the caller has said otherwise. */
CREATE TEMP VIEW IF NOT EXISTS beside AS FROM package
