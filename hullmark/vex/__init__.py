"""What others state about the exploitability of vulnerabilities (VEX): read into statements, and written from the lake.

`read` takes the bytes of a document of any format; `openvex`, `cyclonedx` and `csaf` each know one. A statement says which
vulnerability, what of it (`not_affected`, `affected`, `fixed`, `under_investigation`), and in which product (`target`).
"""
