"""The full assessment at night: fresh advisories, a scan of everything, and upkeep of the lake."""

from prefect import flow

from flows.advisories import advisories
from flows.scan import scan
from hullmark.lake.store import Lake
from hullmark.settings import read_settings
from tasks.upkeep import compact_lake


@flow(name="nightly")
def nightly() -> str:
    """Refresh, scan, compact; returns the id of the scan's run. Raises what `scan` raises."""
    settings = read_settings()
    advisories()
    run = scan()
    lake = Lake(settings.lake)
    with lake.lock("compaction"):
        compact_lake(lake)
    return run
