"""A fleet at a time: what a registry lists is planned, resolved, read, assembled, published and matched.

Each module is one stage that takes values or tables and gives tables; Prefect tasks call them one to one.

    listing -> plan -> read -> answer -> publish -> findings

`run` is the identity and the record of one run.
"""
