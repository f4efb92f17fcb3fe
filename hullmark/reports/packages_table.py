"""What is installed in an image, for a terminal: the answer of `hullmark scan --list`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from hullmark.reports.removed_table import layer_index
from hullmark.reports.terminal import plain

HEADS = ("Type", "Package", "Version", "Layer", "Licence")
STYLES = ("dim", "bold", "", "dim", "dim")
LONGEST = (20, 120, 80, 8, 60)  # characters of a cell
WIDEST = (20, 36, 24, 8, 0)  # characters that a column takes for cells that have them; longer ones push the rest on
GAP = 2


class Line(Text):
    """A line that is never folded, so that whoever searches for a package finds all of it."""


def packages_table(report: Any) -> Iterator[Line]:  # noqa: ANN401  # a parsed JSON document
    """A line for the heads and one for each package, by type, name and version, with its layer and licence.

    A package that lies at several places of a layer is shown once, with their number. Rich's own tables take half a second
    for 2,000 of them.
    """
    index = layer_index(report)
    found = Counter(
        (item["type"], item["name"], item["version"], index.get(item["layer"], -1), item["licence"])
        for item in report["packages"]
    )
    rows = [_cells(row, count) for row, count in sorted(found.items())]
    widths = [max(cell_len(head), *(min(cell_len(row[at]), WIDEST[at]) for row in rows), 0) for at, head in enumerate(HEADS)]
    yield _line(HEADS, widths, ("dim",) * len(HEADS))
    for row in rows:
        yield _line(row, widths, STYLES)


def _cells(row: tuple[str, str, str, int, str], count: int) -> tuple[str, ...]:
    type_, name, version, layer, licence = row
    shown = (type_, f"{name} ×{count}" if count > 1 else name, version, "?" if layer < 0 else layer, licence)
    return tuple(map(plain, shown, LONGEST))


def _line(cells: Sequence[str], widths: Sequence[int], styles: Sequence[str]) -> Line:
    padded = (f"{cell}{' ' * (max(width - cell_len(cell), 0) + GAP)}" for cell, width in zip(cells, widths, strict=True))
    line = Line(" ")
    line.append_tokens(zip(padded, styles, strict=True))
    line.rstrip()
    return line
