"""Images that are left alone after failing run after run: which they are, and how one is released."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from hullmark.errors import NotFound
from hullmark.fleet.ask import ask_lake
from hullmark.lake.schema import FAILURES
from hullmark.lake.store import Lake


@dataclass(frozen=True, slots=True)
class Held:
    """An image or index in quarantine: where it lies, how often it failed in a row, why, and until when it is left alone."""

    digest: str
    places: tuple[str, ...]  # "registry/repository:tag" or "registry/repository@digest", sorted
    failures: int
    reason: str
    detail: str
    first_failed: datetime
    held_until: datetime


def held(lake: Lake, memory_mb: int = 1024) -> tuple[Held, ...]:
    """Everything in quarantine now, what failed most often first; raises LakeError."""
    rows = ask_lake(lake, "held.sql", {"now": datetime.now(UTC)}, memory_mb).to_pylist()
    return tuple(Held(**{**row, "places": tuple(row["places"])}) for row in rows)


def release(lake: Lake, digests: Sequence[str] = (), memory_mb: int = 1024) -> int:
    """Let the next run try these digests again, with their indexes and their children.

    Without digests, all. Returns how many were released; raises NotFound when a named one is not there, and LakeError.
    """
    now = datetime.now(UTC)
    known = {item.digest for item in held(lake, memory_mb)}
    for digest in digests:
        if digest not in known:
            raise NotFound(f"{digest[:80]} is not in quarantine; `hullmark quarantine list` says what is")
    kin = ask_lake(lake, "held_kin.sql", {"now": now, "digests": [*digests], "all": not digests}, memory_mb)
    if kin.num_rows:
        lake.replace_scope("failures", kin, pa.Table.from_pylist([], schema=FAILURES))
    return int(kin.num_rows)
