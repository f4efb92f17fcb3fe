"""Refresh the advisory feeds, and match what is stored with what is new; no registry is asked."""

from prefect import flow

from hullmark.errors import LakeBusy
from hullmark.fleet.ecosystems import unfed_ecosystems
from hullmark.fleet.freshness import feed_gaps, is_old
from hullmark.fleet.run import Kind, Record, recorded
from hullmark.lake.store import Lake
from hullmark.progress import progress
from hullmark.quality.gate import Gate
from hullmark.settings import Settings, read_settings
from tasks.advisories import refresh_advisories
from tasks.analysis import evaluate_rules
from tasks.matching import match_lake
from tasks.quality import relate_tables


@flow(name="advisories")
def advisories(full: bool = False) -> str:
    """Refresh and match what changed; returns the id of the run, or "" when a scan holds the lake, which will match then.

    `full` matches everything that is stored.

    Raises FeedError when findings exist but their advisories are gone, and LakeError.
    """
    settings = read_settings()
    lake = Lake(settings.lake)
    lake.create()
    progress().begin("Refresh advisories", None)
    with lake.guarded(Gate("feeds")):
        refresh_advisories(lake, settings)
    try:
        with lake.lock("advisories run"), recorded(lake, Kind.ADVISORIES) as record:
            record.gaps += feed_gaps(lake)
            match_stored(lake, settings, record, [], full)
            return record.run.run
    except LakeBusy as busy:
        progress().note(
            f"Not matched now: {busy}. The run that holds the lake matches with the new advisories when it ends."
        )
        return ""


def match_fresh(lake: Lake, settings: Settings, record: Record, reread: list[str]) -> None:
    """Refresh the feeds when one is too old or packages came for which there is none, then match."""
    if is_old(lake, settings.feeds_max_age_hours) or unfed_ecosystems(lake, settings.memory_mb):
        progress().begin("Refresh advisories", None)
        refresh_advisories(lake, settings)
    record.gaps += feed_gaps(lake)
    match_stored(lake, settings, record, reread)


def match_stored(lake: Lake, settings: Settings, record: Record, reread: list[str], full: bool = False) -> None:
    """Match everything that is stored; `reread` are the images that another engine had read before."""
    progress().begin("Match with advisories", None)
    match_lake(lake, record, reread, settings.memory_mb, full)
    progress().begin("Ask the rules", None)
    evaluate_rules(lake, record.run, settings)
    relate_tables(lake, record, settings.memory_mb)
