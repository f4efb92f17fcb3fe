-- How many rows `images_list` has without filters; one row.
SELECT count(*) AS images FROM fleet
