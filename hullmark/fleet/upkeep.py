"""What keeps the lake small: old coverage goes, and so do packages of which nothing is said any more."""

from datetime import UTC, datetime, timedelta

import pyarrow.compute as pc

from hullmark.fleet.ask import ask_lake
from hullmark.lake.store import Lake

FEW = 0.05  # of the packages of images: as many of which nothing is said are left where they are


def forget_coverage(lake: Lake, days: int, memory_mb: int = 1024, now: datetime | None = None) -> int:
    """Delete rows that are older than so many days, all but each digest's last; returns how many. Raises LakeError."""
    before = (now or datetime.now(UTC)) - timedelta(days=days)
    old, kept = (ask_lake(lake, name, {"before": before}, memory_mb) for name in ("coverage_old.sql", "coverage_kept.sql"))
    gone: int = old.column("rows")[0].as_py() - kept.num_rows
    if gone:
        lake.replace_before("coverage", "at", before, kept)
    return gone


def forget_silent(lake: Lake, memory_mb: int = 1024) -> int:
    """Delete the packages of images of which nothing is said any more, unless they are few; returns how many rows.

    The caller holds the lake's lock: a matching writes packages before what is said of them. Raises LakeError.
    """
    silent = ask_lake(lake, "silent.sql", memory_mb=memory_mb, only=("vulnerable_packages", "verdicts"))
    rows = int(pc.sum(silent["rows"]).as_py() or 0)
    if not rows or rows <= FEW * silent["of_all"][0].as_py():
        return 0
    lake.take_out("vulnerable_packages", "subject", silent["subject"].to_pylist())
    return rows
