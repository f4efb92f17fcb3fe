"""Refresh the advisory feeds, and match what is stored with what is new; no registry is asked."""

from datetime import UTC, datetime, timedelta

from hullmark.advisories.snapshot import FeedStore
from prefect import flow

from hullmark.errors import HullmarkError, LakeBusy
from hullmark.fleet.run import Counts, Kind, new_run, record
from hullmark.lake.store import Lake
from hullmark.progress import progress
from hullmark.settings import Settings, read_settings
from tasks.advisories import refresh_advisories
from tasks.matching import match_lake


@flow(name="advisories")
def advisories() -> str:
    """Refresh and match; returns the id of the run, or "" when a scan holds the lake, which will match when it ends."""
    settings = read_settings()
    lake = Lake(settings.lake)
    lake.create()
    refresh_advisories(lake, settings)
    try:
        with lake.lock("advisories run"):
            return match_stored(lake, settings)
    except LakeBusy as busy:
        progress().note(
            f"Not matched now: {busy}. The run that holds the lake matches with the new advisories when it ends."
        )
        return ""


def match_stored(lake: Lake, settings: Settings) -> str:
    """Match everything that is stored, as a run of its own; returns its id."""
    run, counts = new_run(Kind.ADVISORIES), Counts()
    record(lake, run, counts, "running")
    try:
        counts.findings = match_lake(lake, run, (), settings.memory_mb).findings
    except HullmarkError as failure:
        record(lake, run, counts, "failed", str(failure))
        raise
    record(lake, run, counts, "completed")
    return run.run


def refresh_if_old(lake: Lake, settings: Settings) -> list[str]:
    """Refresh the feeds when one is older than `feeds_max_age_hours` or there is none; returns what is wrong with them."""
    store = FeedStore(lake.feeds_root)
    oldest = min((moment for moment in store.status().column("fetched_at").to_pylist() if moment), default=None)
    if oldest is None or datetime.now(UTC) - oldest > timedelta(hours=settings.feeds_max_age_hours):
        progress().begin("Refresh advisories", None)
        refresh_advisories(lake, settings)
    rows = store.status().select(["feed", "state", "detail"]).to_pylist()
    if not rows:
        return ["No advisory feed could be fetched, so nothing was compared; run `hullmark feeds sync`."]
    return [f"Feed {row['feed']}: {row['detail']}" for row in rows if row["state"] == "failed"]
