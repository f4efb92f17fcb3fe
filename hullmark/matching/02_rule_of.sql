/* The default rule that doubts a finding in a package of an operating system, '' for none. It hides nothing: see docs/matching.md.
   kernel-headers: what programs are built with; the kernel that runs a container is its host's.
   documentation: texts that nothing runs. */
CREATE OR REPLACE TEMP MACRO rule_of(kind, name) AS (
    CASE
        WHEN kind NOT IN ('apk', 'deb', 'rpm') THEN ''
        WHEN regexp_full_match(name, 'linux(-libc-dev|-libc-dev-.*|-headers|-headers-.*|-kbuild-.*)|kernel(-headers|-devel|-.*-devel|-cross-headers)')
            THEN 'kernel-headers'
        WHEN regexp_full_match(name, '.*-(doc|docs|manpages)|linux-doc.*|kernel-doc.*') THEN 'documentation'
        ELSE ''
    END
)
