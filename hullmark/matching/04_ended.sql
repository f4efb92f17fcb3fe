/* The releases of distributions that get no more fixes on the day $today. Reads `end_of_life`. */
CREATE OR REPLACE TEMP TABLE ended AS
SELECT DISTINCT ecosystem FROM end_of_life WHERE ecosystem <> '' AND (ends < $today::DATE OR (ends IS NULL AND ended))
