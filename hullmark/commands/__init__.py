"""The verbs of the command line, one module each: `add(verbs)` says what it takes, and the handler runs it.

A handler imports what it needs when it runs, so that `hullmark scan` pays for no orchestrator and no dashboard.
"""
