"""The history of tags: where each one pointed, since when and until when."""

from collections.abc import Sequence
from contextlib import closing

import pyarrow as pa

from hullmark.fleet.ask import ask
from hullmark.fleet.discovery import Discovered, scope
from hullmark.fleet.run import Run
from hullmark.lake.store import Lake


def note_tags(lake: Lake, run: Run, listing: pa.Table, listed: Sequence[Discovered], memory_mb: int = 1024) -> int:
    """Write down which tags of `listing` (schema LISTING) are new, have moved or are gone; returns how many rows changed."""
    with closing(lake.connect(memory_mb, only=("tags",))) as connection:
        connection.register("listing", listing)
        moved = ask(connection, "tags.sql", {"at": run.at, **scope(listed)})
    return lake.commit("tags", moved)
