"""VEX and provenance of attestations count no more without their attestation, and VEX also where it is switched off."""

from collections.abc import Sequence

import pyarrow.compute as pc

from hullmark.fleet.ask import ask_lake
from hullmark.fleet.discovery import Discovered, scope
from hullmark.fleet.run import Run
from hullmark.lake.schema import PROVENANCE
from hullmark.lake.store import Lake
from hullmark.vex.keep import remove_vex

READ = ("vex_statements", "provenance", "digests", "coverage")


def withdraw_attested(lake: Lake, run: Run, listed: Sequence[Discovered], memory_mb: int, *, off: bool = False) -> int:
    """Take out what counts no more; returns how many attestations that was. Raises LakeError."""
    if not lake.count("vex_statements") and not lake.count("provenance"):
        return 0
    gone = ask_lake(lake, "attested.sql", {"run": run.run, "off": off, **scope(listed)}, memory_mb, READ)
    is_provenance = pc.equal(gone["document"], "")
    built, vex = gone.filter(is_provenance), gone.filter(pc.invert(is_provenance))
    if vex.num_rows:
        remove_vex(lake, vex["document"].unique().to_pylist(), run.run, run.at, memory_mb)
    if built.num_rows:
        lake.replace_scope("provenance", built, PROVENANCE.empty_table())
    return int(gone.num_rows)
