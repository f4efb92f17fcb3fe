/* The packages of the fleet that changed records could mean something for: those that one is about, and those of which a vulnerability
   is stored that one names, since severity, score and exploitation of a vulnerability may stand in a record about another
   package or about none. Which vulnerabilities a package has hangs on the first alone, and on what is rejected. Reads
   `touched_package`, `changed_record`, `distinct_packages` and `verdicts`. */
CREATE OR REPLACE TEMP TABLE touched_known AS
SELECT ecosystem, advisory_name
FROM distinct_packages
SEMI JOIN touched_package
    ON touched_package.ecosystem = main_of(distinct_packages.ecosystem) AND touched_package.advisory_name = distinct_packages.advisory_name
UNION
SELECT ecosystem, advisory_name FROM distinct_packages
WHERE subject IN (
    SELECT subject FROM verdicts
    WHERE vulnerability IN (SELECT unnest(vulnerabilities) FROM changed_record UNION SELECT record FROM changed_record)
)
