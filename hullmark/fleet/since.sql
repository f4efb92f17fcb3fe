/* Empty tables of times, which `stored_since.sql` fills. */
CREATE OR REPLACE TEMP TABLE stored_since (image_digest VARCHAR, package_key VARCHAR, first_seen TIMESTAMPTZ);
CREATE OR REPLACE TEMP TABLE verdict_since (subject BIGINT, vulnerability VARCHAR, first_seen TIMESTAMPTZ)
