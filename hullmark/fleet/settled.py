"""What exceptions and VEX have changed, told in `finding_events`: nothing runs when one ends, so each run looks."""

from hullmark.fleet.ask import ask_lake
from hullmark.fleet.run import Run
from hullmark.lake.store import Lake


def note_settled(lake: Lake, run: Run, memory_mb: int = 1024) -> int:
    """Add an event for each finding that is settled now or counts again, and return their number; raises LakeError.

    A run that is killed before tells nothing, and the next one tells it.
    """
    if not lake.holds("exceptions") and not lake.holds("vex_statements"):
        return 0  # nobody ever settled anything
    events = ask_lake(lake, "settled.sql", {"run": run.run, "at": run.at}, memory_mb)
    if events.num_rows:
        lake.append("finding_events", events)
    return int(events.num_rows)
