"""The full assessment at night: fresh advisories, a scan of everything, and upkeep of the lake."""

from prefect import flow

from flows.advisories import advisories
from flows.scan import scan
from hullmark.errors import LakeBusy
from hullmark.lake.store import Lake
from hullmark.progress import progress
from hullmark.settings import read_settings
from tasks.upkeep import compact_lake

WAIT_MINUTES = 180


@flow(name="nightly")
def nightly() -> str:
    """Refresh, match everything, scan, compact; returns the id of the scan's run. Raises what `scan` raises.

    It waits its turn where the hourly scan still holds the lake.
    """
    advisories(full=True)
    run = scan(wait_minutes=WAIT_MINUTES)
    settings = read_settings()
    lake = Lake(settings.lake)
    try:
        with lake.lock("compaction", WAIT_MINUTES * 60.0):
            compact_lake(lake, settings.coverage_days)
    except LakeBusy as busy:
        progress().note(f"Not compacted this night: {busy}.")
    return run
