"""What is installed in an image, for a terminal: the answer of `hullmark scan --list`."""

from typing import Any

from rich.table import Table
from rich.text import Text

from hullmark.reports.removed_table import layer_index
from hullmark.reports.terminal import columns, plain


def packages_table(report: Any) -> Table:  # noqa: ANN401  # a parsed JSON document
    """Every package, by type, name and version, with the layer that brought it in and its licence."""
    index = layer_index(report)
    table = columns("Type", "Package", "Version", "Layer", "Licence", right=("Layer",))
    for item in sorted(report["packages"], key=lambda item: (item["type"], item["name"], item["version"], item["path"])):
        kind, layer = Text(plain(item["type"], 20), style="dim"), Text(str(index.get(item["layer"], "?")), style="dim")
        name, licence = Text(plain(item["name"], 120), style="bold"), Text(plain(item["licence"], 60), style="dim")
        table.add_row(kind, name, Text(plain(item["version"], 80)), layer, licence)
    return table
