-- How many rows `images_list` has without filters, one for each place, and of how many images; one row.
SELECT count(*) AS places, count(DISTINCT digest) AS images FROM fleet
