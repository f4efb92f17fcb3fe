"""A fleet at a time: what registries list is planned, resolved, read, assembled, published and matched.

Each module is one stage that takes values or tables and gives tables; `scan` has their order for what was discovered.

    discovery -> plan -> read -> kinship -> answer -> publish -> settle -> findings

`run` is the identity and the record of one run, `access` the ways into its accounts, `ask` how a stage asks its SQL,
`quarantine` what is left alone after failing run after run.
"""
