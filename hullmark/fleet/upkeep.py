"""What keeps the lake small: coverage grows by a row per digest and run, and only the last row of each digest lasts."""

from datetime import UTC, datetime, timedelta

from hullmark.fleet.ask import ask_lake
from hullmark.lake.store import Lake


def forget_coverage(lake: Lake, days: int, memory_mb: int = 1024, now: datetime | None = None) -> int:
    """Delete rows that are older than so many days, all but each digest's last; returns how many. Raises LakeError."""
    before = (now or datetime.now(UTC)) - timedelta(days=days)
    old, kept = (ask_lake(lake, name, {"before": before}, memory_mb) for name in ("coverage_old.sql", "coverage_kept.sql"))
    gone: int = old.column("rows")[0].as_py() - kept.num_rows
    if gone:
        lake.replace_before("coverage", "at", before, kept)
    return gone
