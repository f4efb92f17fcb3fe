"""What a person reads when a run over the fleet has ended; every number comes from `queries/*.sql`."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import duckdb
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hullmark.reports.terminal import age, columns, counted, plain, severity_bar, severity_counts, size
from hullmark.sql import read_sql

BAR = 60
FROZEN = 5  # accounts that are told by name
STALE_HOURS = 48.0
MARKS: Mapping[str, tuple[str, str]] = {
    "scanned": ("✓", "green"),
    "unchanged": ("=", "green"),
    "partial": ("◐", "yellow"),
    "skipped": ("–", "dim"),
    "failed": ("✗", "red"),
}
Rows = list[dict[str, Any]]


def fleet_summary(con: duckdb.DuckDBPyConnection, run: str, now: datetime | None = None) -> Padding:
    """The summary of a run for a terminal of 80 columns; `con` holds the lake's views (see `Lake.connect`)."""
    return Padding(Group(*_parts(con, run, now or datetime.now(UTC))), (1, 1))


def _ask(con: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> Rows:
    relation = con.sql(read_sql("hullmark.reports.queries", f"{name}.sql"), params=parameters or None)
    rows: Rows = relation.to_arrow_table().to_pylist()
    return rows


def _parts(con: duckdb.DuckDBPyConnection, run: str, now: datetime) -> Iterator[RenderableType]:
    yield from _run(_ask(con, "summary_run", run=run), run)
    coverage = _ask(con, "summary_coverage", run=run)
    if coverage:
        yield _coverage(coverage)
        yield ""
    yield from _frozen(_ask(con, "accounts_frozen"))
    feeds = _ask(con, "summary_feeds", now=now)
    settled = _ask(con, "summary_settled")[0]["settled"]
    yield from _findings(_ask(con, "summary_severity"), settled, compared=bool(feeds))
    yield from _section("Images to look at first", _images(_ask(con, "summary_images")))
    yield from _section("Updates that help most", _fixes(_ask(con, "summary_fixes")))
    yield _feeds(feeds)


def _run(found: Rows, run: str) -> Iterator[RenderableType]:
    if not found:
        yield Text(f"Run {plain(run)} is not recorded in the lake.", style="yellow")
        return
    row = found[0]
    yield Text.assemble(
        (f"{plain(row['kind']).capitalize()} run", "bold"), f" {plain(row['state'])} in {row['seconds']:.1f} s"
    )
    listed = {"account": "accounts", "repository": "repositories", "digest": "digests"}
    yield Text(", ".join(counted(row[column], noun) for noun, column in listed.items()))
    yield Text(f"{counted(row['images_scanned'], 'different image')} scanned, {row['images_unchanged']:,} unchanged")
    known = f", {row['layers_known']:,} known from before" if row["layers_known"] else ""
    yield Text(f"{counted(row['layers_read'], 'layer')} read ({size(row['bytes_read'])}){known}")
    if not row["layers_read"] and row["images_unchanged"]:
        yield Text("Nothing has changed since the last run, so nothing was read again.", style="green")
    yield ""


def _coverage(rows: Rows) -> Table:
    table = columns("", "", "", "")
    table.columns[1].justify = "right"
    for row in rows:
        mark, style = MARKS.get(row["status"], ("?", "red"))
        telling = row["status"] in {"failed", "partial"}
        words = f"{row['status']}, {row['reason']}" if row["reason"] else row["status"]
        example = Text(plain(row["example"], 60) if telling else "", style="dim", no_wrap=True, overflow="ellipsis")
        table.add_row(Text(mark, style=style), f"{row['digests']:,}", Text(plain(words)), example)
    return table


def _frozen(rows: Rows) -> Iterator[RenderableType]:
    """The accounts whose images are no longer updated, the first ones by name."""
    for row in rows[:FROZEN]:
        since = f"{plain(row['state'])} since {row['since'].astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        yield Text(f"{plain(row['account'])} {since}: {counted(row['images'], 'image')} not updated", style="yellow")
    if len(rows) > FROZEN:
        left = rows[FROZEN:]
        images = counted(sum(row["images"] for row in left), "image")
        yield Text(f"Paused or disconnected too: {counted(len(left), 'more account')} with {images}.", style="yellow")
    if rows:
        yield ""


def _findings(rows: Rows, settled: int, compared: bool) -> Iterator[RenderableType]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[str(row["severity"] or "unknown")] += row["findings"]
    total, fixable, exploited = counts.total(), sum(row["fixable"] for row in rows), sum(row["exploited"] for row in rows)
    if not total:
        good = Text("✓ No known vulnerabilities in the images that are in their registries now.", style="bold green")
        if settled:
            good = Text(f"✓ Exceptions or VEX have settled all {settled:,} findings.", style="bold green")
        yield good if compared else Text("Not compared with any advisory yet.", style="yellow")
        yield ""
        return
    yield Text.assemble((counted(total, "finding"), "bold"), "  ", severity_counts(counts))
    yield severity_bar(counts, BAR)
    beside = f" · {settled:,} more are settled by exceptions or VEX" if settled else ""
    known = Text(f"{exploited:,} known to be exploited", style="bold red" if exploited else "green")
    yield Text.assemble(known, f" · {fixable:,} have a fixed version ({100 * fixable / total:.0f} %){beside}")
    yield ""


def _section(title: str, table: Table) -> Iterator[RenderableType]:
    if table.row_count:
        yield Text(title, style="bold")
        yield Padding(table, (0, 0, 1, 2))


def _images(rows: Rows) -> Table:
    numbers = ("KEV", "Critical", "High", "All")
    table = columns("Image", *numbers, right=numbers)
    for row in rows:
        more = f" (+{row['places'] - 1} more)" if row["places"] > 1 else ""
        cells = (_number(row["exploited"], "bold red"), _number(row["critical"], "bold red"), _number(row["high"], "yellow"))
        table.add_row(Text(plain(row["image"], 120) + more), *cells, f"{row['findings']:,}")
    return table


def _fixes(rows: Rows) -> Table:
    numbers = ("Images", "KEV", "Critical, high", "All")
    table = columns("Package", *numbers, right=numbers)
    for row in rows:
        name = Text.assemble(plain(row["package"], 60), (f" {plain(row['type'])}", "dim"))
        cells = (_number(row["exploited"], "bold red"), _number(row["grave"], "yellow"))
        table.add_row(name, f"{row['images']:,}", *cells, f"{row['findings']:,}")
    return table


def _number(count: int, style: str) -> Text:
    return Text(f"{count:,}", style=style) if count else Text("·", style="dim")


def _feeds(rows: Rows) -> Text:
    if not rows:
        return Text("Advisories: none loaded yet: run `hullmark feeds sync`", style="yellow")
    text = Text("Advisories: ", style="dim")
    for number, row in enumerate(rows):
        hours = row["age_hours"]
        late = hours is None or hours > STALE_HOURS or row["problems"] or row["state"] == "failed"
        problems = f" ({counted(row['problems'], 'problem')})" if row["problems"] else ""
        words = "never loaded" if hours is None else age(hours)
        failed = ", not refreshed" if row["state"] == "failed" and hours is not None else ""
        text.append(", " if number else "").append(
            f"{plain(row['feed'])} {words}{failed}{problems}", style="yellow" if late else ""
        )
    return text
