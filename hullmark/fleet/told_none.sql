/* No event need be looked up where no image changed and the last matching ended. In the columns of `told.sql`. */
CREATE OR REPLACE TEMP TABLE told (image_digest VARCHAR, package_key VARCHAR, vulnerability VARCHAR, event VARCHAR, cause VARCHAR)
