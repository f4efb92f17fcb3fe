"""The full assessment at night: fresh advisories, a scan of everything, and upkeep of the lake."""

from prefect import flow

from flows.advisories import advisories
from flows.scan import scan
from hullmark.errors import LakeBusy
from hullmark.lake.store import Lake
from hullmark.progress import progress
from hullmark.settings import read_settings
from tasks.upkeep import compact_lake


@flow(name="nightly")
def nightly() -> str:
    """Refresh, scan, compact; returns the id of the scan's run. Raises what `scan` raises."""
    advisories()
    run = scan()
    lake = Lake(read_settings().lake)
    try:
        with lake.lock("compaction"):
            compact_lake(lake)
    except LakeBusy as busy:
        progress().note(f"Not compacted this night: {busy}.")
    return run
