/* Whether what an advisory says of a package is about this build of it: of the same module stream, where either has one, and
   one of the binary packages, where it names them. */
CREATE OR REPLACE TEMP MACRO speaks_of(modules, binaries, module, binary_name) AS (
    CASE
        WHEN len(modules) = 0 THEN module = ''
        WHEN list_contains(modules, '*') THEN module <> ''
        ELSE list_contains(modules, module)
    END
    AND (len(binaries) = 0 OR list_contains(binaries, binary_name))
)
