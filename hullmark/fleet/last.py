"""The last matching, as the lake has noted it."""

from dataclasses import dataclass
from datetime import datetime

from hullmark.lake.store import Lake


@dataclass(frozen=True, slots=True)
class Last:
    """The last matching: when it was (UTC), whether it ended, its matcher, the ecosystems that had ended, the snapshot of
    each feed, the state of the tables that say which images there are, and how many findings there were."""

    at: datetime
    finished: bool
    matcher: str
    ended: list[str]
    feeds: dict[str, str]
    seen: list[str]
    findings: int


def last_matching(lake: Lake) -> Last | None:
    """The last matching of a lake, None where nothing was ever matched; raises LakeError."""
    rows = lake.latest("matchings", "at").to_pylist()
    if not rows:
        return None
    row = rows[0]
    feeds = lake.rows_with("run_feeds", ("run", "feed", "snapshot"), "run", row["run"])
    return Last(
        row["at"], row["finished"] is not None, row["matcher"], row["ended"],
        dict(zip(feeds["feed"].to_pylist(), feeds["snapshot"].to_pylist(), strict=True)), row["seen"] or [],
        row["findings"] or 0,
    )  # fmt: skip
