"""The history of tags: where each one pointed, since when and until when."""

from collections.abc import Sequence
from contextlib import closing

import pyarrow as pa

from hullmark.fleet.ask import ask
from hullmark.fleet.discovery import Discovered
from hullmark.fleet.run import Run
from hullmark.lake.store import Lake


def note_tags(lake: Lake, run: Run, listing: pa.Table, listed: Sequence[Discovered], memory_mb: int = 1024) -> int:
    """Write down which tags of `listing` (schema LISTING) are new, have moved or are gone; returns how many rows changed."""
    registries = [item.registry for item in listed if item.registry]
    hidden = [f"{item.registry}/{repository}" for item in listed for repository in item.hidden]
    with closing(lake.connect(memory_mb)) as connection:
        connection.register("listing", listing)
        moved = ask(connection, "tags.sql", {"at": run.at, "registries": registries, "hidden": hidden})
    return lake.commit("tags", moved)
