/* The names of the packages that are judged, by which advisories speak of them. Reads `judged_package`. */
SELECT DISTINCT advisory_name FROM judged_package WHERE ecosystem <> '' AND advisory_name <> ''
