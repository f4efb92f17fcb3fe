/* The distinct packages that were judged and are not known yet, in the columns of `distinct_packages`. Reads `subject` and
   `distinct_packages`. */
SELECT subject, type, ecosystem, name, version, advisory_name, advisory_version, version_key, module
FROM subject ANTI JOIN distinct_packages USING (subject)
