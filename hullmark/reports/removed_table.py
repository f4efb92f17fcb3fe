"""What later layers removed or replaced although lower ones still ship it, for a terminal."""

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from hullmark.reports.terminal import columns, counted, plain

SHOWN = 200


def layer_index(report: Any) -> dict[str, int]:  # noqa: ANN401  # a parsed JSON document
    """The number of each layer by its digest, the lowest where a digest stands twice."""
    return {layer["digest"]: layer["index"] for layer in reversed(report["image"]["layers"])}


def removed_packages(report: Any) -> Iterator[RenderableType]:  # noqa: ANN401
    """A heading and a table: package, the layer that ships it, the layer that removed it, what took its place."""
    rows = report["removed_packages"]
    index = layer_index(report)
    yield Text(f"{counted(len(rows), 'package')} that lower layers still ship", style="bold")
    table = columns("", "", "", "")
    for row in rows[:SHOWN]:
        after = f"now {plain(row['replaced_by'], 40)}" if row["replaced_by"] else "removed"
        layers = f"layer {index.get(row['layer'], '?')} → {index.get(row['removed_layer'], '?')}"
        table.add_row(Text(plain(row["name"], 60)), Text(plain(row["version"], 40)), Text(layers, style="dim"), Text(after))
    if len(rows) > SHOWN:
        table.add_row(Text(f"and {len(rows) - SHOWN:,} more: --format json", style="dim"))
    yield table
