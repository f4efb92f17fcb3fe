"""VEX of attestations in the lake: statements go with their attestation, and all of them where they are switched off."""

from collections.abc import Sequence

from hullmark.fleet.ask import ask_lake
from hullmark.fleet.discovery import Discovered, scope
from hullmark.fleet.run import Run
from hullmark.lake.schema import VEX_STATEMENTS
from hullmark.lake.store import Lake

READ = ("vex_statements", "digests", "coverage")


def withdraw_attested(lake: Lake, run: Run, listed: Sequence[Discovered], memory_mb: int, *, off: bool = False) -> int:
    """Take out what counts no more; returns the number of documents. Raises LakeError."""
    if not lake.count("vex_statements"):
        return 0
    gone = ask_lake(lake, "attested.sql", {"run": run.run, "off": off, **scope(listed)}, memory_mb, READ)
    if gone.num_rows:
        lake.replace_scope("vex_statements", gone, VEX_STATEMENTS.empty_table())
    return int(gone.num_rows)
