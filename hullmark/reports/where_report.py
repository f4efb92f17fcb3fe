"""Where something is: the answer and what it lacks in sentences, for a terminal, as CSV and as JSON."""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from rich.console import Group
from rich.text import Text

from hullmark.analysis.where import Where
from hullmark.reports.terminal import columns, counted, plain

TOLD = 5  # examples in a sentence
BETWEEN = " "  # the paths of one row in CSV
FINDING = ("Image", "Account", "Region", "Platform", "Package", "Version", "Fixed in", "From", "Since")
PACKAGE = ("Image", "Account", "Region", "Platform", "Package", "Version", "From", "Path")
Row = dict[str, Any]


def summary(found: Where) -> str:
    """The answer in one sentence."""
    fleet = counted(found.images, "image")
    if found.rows.num_rows:
        return f"{_images(found.rows):,} of {fleet} {_had(found)}."
    if found.advisories is None:
        return f"None of {fleet} holds {_package(found)}."
    if not found.advisories.num_rows:
        return f"No image is known to carry {found.asked}."
    ids, ended = (set(found.advisories[name].to_pylist()) for name in ("advisory_id", "withdrawn_reason"))
    if "" not in ended:
        return f"No image carries {found.asked}: what names it ({_some(ids)}) is {' or '.join(sorted(ended))}."
    return f"None of {fleet} carries {found.asked}: what names it ({_some(ids)}) calls no package of theirs affected."


def gaps(found: Where) -> Iterator[str]:
    """What the answer lacks, a sentence each."""
    if found.advisories is not None and not found.advisories.num_rows:
        yield f"no advisory of the feeds names {found.asked}, so nothing is known of it; run `hullmark feeds sync`"
    if found.like:
        yield f"no package is called {found.asked}, but the fleet has {_some(found.like)}; name one of these"
    if found.behind:
        yield f"the fleet was not yet compared with what {_some(found.behind)} says now; run `hullmark run advisories`"
    if found.uncompared:
        yield f"{counted(len(found.uncompared), 'image')} not yet compared with advisories: {_some(found.uncompared)}"
    if found.below:
        odd = found.rows.filter(pc.invert(found.rows["ordered"]))
        if odd.num_rows:
            versions = _some(pc.unique(odd["version"]).to_pylist())
            yield f"{counted(_images(odd), 'image')} with versions that cannot be compared with {found.below}: {versions}"
    if found.unread:
        yield f"{counted(len(found.unread), 'image')} could not be read whole and may have it too: {_some(found.unread)}"


def where_view(found: Where, limit: int) -> Group:
    """The first rows for a terminal, and the answer in one sentence."""
    table = columns(*(FINDING if "first_seen" in found.rows.column_names else PACKAGE))
    for row in found.rows.slice(0, limit).to_pylist():
        table.add_row(*_cells(row), style="dim" if row.get("settled") else "")
    more = found.rows.num_rows - limit
    left = [Text(f"… and {counted(more, 'more row')}; --format csv has them all", style="dim")] if more > 0 else []
    return Group(*([table] * bool(found.rows.num_rows)), *left, Text(plain(summary(found), 600), style="bold"))


def where_json(found: Where) -> bytes:
    """An object with asked, below, summary, gaps and rows; indented UTF-8 with a newline."""
    document = {
        "asked": found.asked, "below": found.below, "summary": summary(found), "gaps": list(gaps(found)),
        "rows": found.rows.to_pylist(),
    }  # fmt: skip
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def where_csv(found: Where) -> bytes:
    """The rows with a header; several paths have a space between."""
    paths = pc.binary_join(found.rows["paths"], BETWEEN)
    sink = pa.BufferOutputStream()
    pa_csv.write_csv(found.rows.set_column(found.rows.column_names.index("paths"), "paths", paths), sink)
    return bytes(sink.getvalue())


def _had(found: Where) -> str:
    """What they carry or hold."""
    rows = found.rows
    if "first_seen" not in rows.column_names:
        return f"hold {_package(found)}: {_some(pc.unique(rows['version']).to_pylist())}"
    first = rows.slice(0, 1).to_pylist()[0]
    called = "" if first["vulnerability"].lower() == found.asked.lower() else f"{first['vulnerability']}, "
    known = ", known to be exploited" if first["kev"] else ""
    fixable = rows.filter(pc.not_equal(rows["fixed_version"], ""))
    fixes = pc.unique(pc.binary_join_element_wise(fixable["package"], fixable["fixed_version"], " ")).to_pylist()
    settled = _images(rows) - _images(rows.filter(pc.invert(rows["settled"])))
    return (
        f"carry {found.asked} ({called}{first['severity']}{known}), in "
        f"{counted(pc.count_distinct(rows['account']).as_py(), 'account')}; "
        f"{f'fixed in {_some(fixes)}' if fixes else 'no fix is known'}"
        f"{f'; exceptions or VEX have settled it in {settled:,} of them' if settled else ''}"
    )


def _package(found: Where) -> str:
    return f"{found.asked} below {found.below}" if found.below else found.asked


def _some(words: Iterable[str]) -> str:
    """The first few, each once, and how many more."""
    told = sorted(set(words))
    more = f" and {len(told) - TOLD:,} more" if len(told) > TOLD else ""
    return ", ".join(told[:TOLD]) + more


def _images(rows: pa.Table) -> int:
    return int(pc.count_distinct(rows["digest"]).as_py())


def _cells(row: Row) -> Iterator[str]:
    yield plain(row["image"], 80)
    yield from (row["account"], row["region"], plain(row["platform"], 30))
    yield plain(f"{row['type']}/{row['package']}", 60)
    yield plain(row["version"], 60) + ("" if row.get("ordered", True) else " (not compared)")
    origin = plain(row["base"] or "its base", 60) if row["part"] == "base" else "application"
    if "first_seen" in row:
        yield from (plain(row["fixed_version"] or "-", 60), origin, f"{row['first_seen']:%Y-%m-%d}")
    else:
        yield from (origin, plain(row["paths"][0], 80))
