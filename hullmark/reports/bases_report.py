"""The bases of the fleet: a list with what is out of date, and the family tree, for a terminal and for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.csv as pa_csv
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from hullmark.analysis.known_bases import COLUMNS
from hullmark.reports.terminal import columns, plain

Row = Mapping[str, Any]
NUMBERS = {
    "Images": "images", "In all": "below", "Findings": "findings", "Ends": "closes", "KEV": "exploited", "New": "brings",
}  # fmt: skip
DEEPEST = 64  # what stands on itself by a wrong label ends somewhere


def bases_table(rows: Sequence[Row]) -> Table:
    """The bases for a terminal; a dash where it is not known what building again would end."""
    table = columns("Base", "Known by", *NUMBERS, "Out of date", right=NUMBERS)
    for row in rows:
        why = [*row["outdated"], *([f"build again on {row['successor_name']}"] if row["successor_name"] else [])]
        counts = ("-" if row[name] is None else f"{row[name]:,}" for name in NUMBERS.values())
        known = f"{', '.join(row['methods'])} ({', '.join(row['confidences'])})"
        table.add_row(plain(row["name"], 60), known, *counts, plain("; ".join(why), 160))
    return table


def bases_tree(rows: Sequence[Row]) -> Tree:
    """What stands on what, from the lowest bases up; images that nothing stands on are counted."""
    tree = Tree("Bases", hide_root=True)
    known = {row["base"] for row in rows}
    for row in rows:
        if row["parent"] not in known or row["parent"] == row["base"]:
            _grow(tree, row, rows, DEEPEST)
    return tree


def _grow(tree: Tree, row: Row, rows: Sequence[Row], depth: int) -> None:
    text = Text(plain(row["name"], 80))
    text.append(f"  {row['images']:,} image{'' if row['images'] == 1 else 's'}", style="dim")
    if row["outdated"]:
        text.append(f"  {plain('; '.join(row['outdated']), 120)}", style="yellow")
    branch = tree.add(text)
    for child in rows:
        if child["parent"] == row["base"] and child["base"] != row["base"] and depth:
            _grow(branch, child, rows, depth - 1)


def bases_json(rows: Sequence[Row]) -> bytes:
    """The list as an array of objects; indented UTF-8 with a newline."""
    return orjson.dumps(list(rows), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def graph_json(rows: Sequence[Row], edges: Sequence[Row]) -> bytes:
    """The whole graph: `bases` as nodes with their `parent`, and `images`, each an edge to its base."""
    return orjson.dumps({"bases": list(rows), "images": list(edges)}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def graph_dot(rows: Sequence[Row]) -> bytes:
    """The bases as a graph in the language of Graphviz; an arrow goes from a base to what stands on it."""
    number = {row["base"]: f"b{place}" for place, row in enumerate(rows)}
    lines = ["digraph bases {", "  node [shape=box];"]
    for row in rows:
        colour = ' color="#C2264B"' if row["outdated"] else ""
        lines.append(f'  {number[row["base"]]} [label="{_quoted(row["name"])}\\n{row["images"]} images"{colour}];')
    lines += [f"  {number[row['parent']]} -> {number[row['base']]};" for row in rows if row["parent"] in number]
    return "\n".join([*lines, "}", ""]).encode()


def known_csv(rows: pa.Table) -> bytes:
    """Known bases as the file that `hullmark bases known import` reads."""
    sink = pa.BufferOutputStream()
    created = pa.array([value.isoformat() if value else "" for value in rows["created"].to_pylist()], pa.string())
    listed = rows.select(list(COLUMNS)).set_column(COLUMNS.index("created"), "created", created)
    pa_csv.write_csv(listed, sink)
    return bytes(sink.getvalue())


def known_table(rows: Sequence[Row]) -> Table:
    """Known bases for a terminal."""
    table = columns("Name", "Platform", "Built", "Layers", "Digest", "From", right=("Layers",))
    for row in rows:
        built = f"{row['created']:%Y-%m-%d}" if row["created"] else ""
        table.add_row(
            plain(row["name"], 80),
            plain(row["platform"]),
            built,
            str(row["layers"]),
            row["digest"][:19],
            plain(row["source"], 40),
        )
    return table


def _quoted(name: str) -> str:
    return plain(name, 120).replace("\\", "\\\\").replace('"', '\\"')
