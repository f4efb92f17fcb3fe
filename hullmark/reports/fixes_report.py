"""The changes that help most, as a table for a terminal, Markdown for a ticket, JSON and CSV for programs."""

import re
from collections.abc import Iterable, Sequence
from textwrap import indent
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from rich.console import Group
from rich.table import Table
from rich.text import Text

from hullmark.analysis.image_plan import Origin, Step
from hullmark.reports.terminal import columns, counted, plain

MOST_PACKAGES = 12  # that a cell names
MOST_COPIES = 20  # of packages that are there in several versions
MOST_SOURCES = 3  # that a cell names
MOST_TASKS = 30  # sources that a ticket names
COMMIT, SHORT = re.compile("[0-9a-f]{40}|[0-9a-f]{64}"), 12  # a cell has the beginning of a commit, as git shortens it
MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_[]<>|#!~"})
COUNTS = {
    "Closes": "closes", "KEV": "exploited", "Critical, high": "grave", "New": "brings", "Images": "images",
    "Accounts": "accounts",
}  # fmt: skip
Row = dict[str, Any]


def built_from(origin: Origin) -> str:
    """Repository, revision and Dockerfile in a line, as "https://git.example/app at 4f2a, build/Dockerfile"; "" for none."""
    return ", ".join(filter(None, (" at ".join(filter(None, (origin.source, origin.revision))), origin.dockerfile)))


def sources(row: Row) -> str:
    """Where a change is written down in a line: few places by name, and of how many images it is not known; "" for none."""
    named = [_place(place) for place in row["sources"]]
    if not named:
        return ""
    parts = [f"{counted(len(named), 'place')}: {'; '.join(named[:MOST_SOURCES])}" if len(named) > 1 else named[0]]
    if len(named) > MOST_SOURCES:
        parts.append(f"and {len(named) - MOST_SOURCES:,} more")
    if row["unsourced"]:
        parts.append(f"(not known of {counted(row['unsourced'], 'image')})")
    return " ".join(parts)


def _place(place: Row) -> str:
    revision = place["revision"]
    short = revision[:SHORT] if COMMIT.fullmatch(revision) else revision
    return plain(built_from(Origin(place["source"], short, place["dockerfile"])))


def campaigns_table(rows: Sequence[Row]) -> Table:
    """Campaigns for a terminal."""
    table = columns("", "Change", *COUNTS, right=COUNTS)
    for row in rows:
        table.add_row(str(row["rank"]), _change(row), *(f"{row[name]:,}" for name in COUNTS.values()))
    return table


def _change(row: Row) -> Text:
    text = Text(plain(row["change"], 90))
    if row["packages"]:
        text.append(f"\n{plain(_few(row['packages']))}", style="dim")
    if places := sources(row):
        text.append(f"\n{places}", style="dim")
    return text


def campaigns_json(rows: pa.Table) -> bytes:
    """Campaigns as an array of objects; indented UTF-8 with a newline."""
    return orjson.dumps(rows.to_pylist(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def campaigns_csv(rows: pa.Table) -> bytes:
    """Campaigns as CSV with a header; lists are joined by a space, sources by a semicolon."""
    flat = {name: _flat(rows[name]) for name in rows.column_names if name != "sources"}
    flat["sources"] = pa.array(["; ".join(map(_place, places)) for places in rows["sources"].to_pylist()], pa.string())
    sink = pa.BufferOutputStream()
    pa_csv.write_csv(pa.table(flat), sink)
    return bytes(sink.getvalue())


def _flat(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join(column, " ") if pa.types.is_list(column.type) else column


def campaigns_markdown(rows: Sequence[Row]) -> str:
    """Campaigns as a list of tasks."""
    return "\n".join(["# What to change", "", *(line for row in rows for line in _task(row))]) + "\n"


def _task(row: Row) -> Iterable[str]:
    yield f"- [ ] **{_escaped(row['change'])}**: closes {_sum(row)}"
    if row["packages"]:
        yield f"  - {', '.join(map(_escaped, row['packages']))}"
    yield from _places(row["sources"], row["unsourced"])


def _places(places: Sequence[Row], unsourced: int) -> Iterable[str]:
    """Where a change is written down; several places are tasks of their own."""
    if len(places) == 1:
        yield f"  - source: {_escaped(_place(places[0]))}"
    if len(places) > 1:
        yield f"  - sources: {len(places):,} places"
        yield from (
            f"    - [ ] {_escaped(_place(place))} ({counted(place['images'], 'image')})" for place in places[:MOST_TASKS]
        )
    if len(places) > MOST_TASKS:
        yield f"    - {len(places) - MOST_TASKS:,} more, which JSON and CSV name"
    if places and unsourced:
        yield f"  - source not known of {counted(unsourced, 'image')}"


def _sum(row: Row) -> str:
    where = f"{counted(row['images'], 'image')} of {counted(row['accounts'], 'account')}"
    parts = [f"{counted(row['closes'], 'finding')} in {where}"]
    if row["exploited"]:
        parts.append(f"{row['exploited']:,} of them known to be exploited")
    if row["brings"]:
        parts.append(f"brings {row['brings']:,} new")
    return ", ".join(parts)


def plan_view(steps: Sequence[Step], origin: Origin) -> Group:
    """The plan of an image for a terminal."""
    built = built_from(origin)
    shown = [Text(f"Built from {plain(built)}", "dim")] if built else []
    for number, step in enumerate(steps, 1):
        shown.append(Text.assemble((f"{number}. {plain(step.title, 90)}", "bold"), f"  {_result(step)}"))
        if step.change.text:
            shown.append(Text(indent(step.change.text, "   "), "cyan"))
        shown += [Text(f"   {line}", "dim") for line in copies(step)]
        if step.change.left_out:
            names = plain(", ".join(step.change.left_out))
            shown.append(Text(f"   left out, since these names could be commands: {names}", "yellow"))
    return Group(*shown)


def plan_markdown(name: str, steps: Sequence[Step], origin: Origin) -> str:
    """The plan of an image as Markdown."""
    built = built_from(origin)
    lines = [f"# {_escaped(name)}", "", *([f"Source: {_escaped(built)}", ""] if built else [])]
    for number, step in enumerate(steps, 1):
        lines += [f"{number}. **{_escaped(step.title)}**: {_result(step)}", ""]
        if step.change.text:
            lines += ["   ```", *(f"   {line}" for line in step.change.text.splitlines()), "   ```", ""]
        if told := copies(step):
            lines += [*(f"   - {_escaped(line)}" for line in told), ""]
    return "\n".join(lines)


def copies(step: Step) -> list[str]:
    """Of packages that are there in several versions, a line for each: which is to go where, as the change does not tell."""
    lines = [plain(f"{copy.name} {copy.version} in {copy.path}: to {copy.target}") for copy in step.copies[:MOST_COPIES]]
    more = len(step.copies) - MOST_COPIES
    return [*lines, f"and {more:,} more, which JSON names"] if more > 0 else lines


def plan_json(digest: str, steps: Sequence[Step], origin: Origin) -> bytes:
    """The plan of an image as an object."""
    document = {"digest": digest, "built_from": origin, "steps": steps}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _result(step: Step) -> str:
    exploited = f", {step.exploited:,} of them known to be exploited" if step.exploited else ""
    verb = "stay" if step.kind == "wait" else "closed"
    new = f", {step.brings:,} new" if step.brings else ""
    return f"{counted(step.closes, 'finding')} {verb}{exploited}{new}"


def _few(packages: Sequence[str], most: int = MOST_PACKAGES) -> str:
    more = f" and {len(packages) - most} more" if len(packages) > most else ""
    return ", ".join(packages[:most]) + more


def _escaped(text: str) -> str:
    return plain(text).translate(MARKDOWN)
