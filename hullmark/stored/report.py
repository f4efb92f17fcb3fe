"""What the lake knows of an image, as the report that a scan of it makes; see docs/report.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from hullmark.advisories.feeds import chosen
from hullmark.advisories.snapshot import FeedStore
from hullmark.lake.schema import TABLES, TEXT
from hullmark.model import Distro, Image, Layer, Origin
from hullmark.reports.scan_report import Report, ReportRows, scan_report
from hullmark.settings import Settings
from hullmark.sql import read_sql
from hullmark.stored.named import Place

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """The report of an image of the fleet; `gaps` say what it lacks, `notes` what is odd although it lacks nothing."""

    report: Report
    gaps: tuple[str, ...]
    notes: tuple[str, ...] = ()


def stored_report(connection: duckdb.DuckDBPyConnection, store: FeedStore, place: Place, settings: Settings) -> Stored:
    """The report of an image in one of its places, from a lake's connection; raises FeedError.

    Its findings have the risk that they have in the fleet, and with `exception` what is excepted.
    """
    packages, problems, removed, exposures = (
        _rows(connection, table, place) for table in ("packages", "problems", "removed_packages", "exposures")
    )
    findings = _ask(connection, "findings.sql", place)
    feeds = _feeds(connection, store, place, settings, packages)
    seen = place.row
    report = scan_report(
        _image(connection, place),
        Distro(seen["os_id"], seen["os_version"], seen["os_name"], repositories=(*seen["content_sets"],)),
        ReportRows([_as_now(row) for row in packages], findings, problems, removed, exposures),
        feeds,
    )
    _note_exceptions(report, findings)
    return Stored(report, tuple(_gaps(connection, place, feeds)), tuple(_notes(place)))


def _rows(connection: duckdb.DuckDBPyConnection, table: str, place: Place) -> list[Row]:
    """The rows of an image; text that an older Hullmark did not write is ""."""
    here = duckdb.ColumnExpression("image_digest") == duckdb.ConstantExpression(place.digest)
    blank = {field.name: "" for field in TABLES[table].schema if field.type == TEXT}
    found = connection.table(table).filter(here).to_arrow_table().to_pylist()
    return [blank | {name: value for name, value in row.items() if value is not None or name not in blank} for row in found]


def _as_now(package: Row) -> Row:
    """A package with what an older Hullmark did not tell apart."""
    return package | {
        "origin": package["origin"] or str(Origin.INSTALLED), "first_layer": package["first_layer"] or package["layer"],
    }  # fmt: skip


def _ask(connection: duckdb.DuckDBPyConnection, query: str, place: Place) -> list[Row]:
    rows = connection.sql(read_sql(__package__, query), params={"digest": place.digest}).to_arrow_table()
    return list(rows.to_pylist())


def _image(connection: duckdb.DuckDBPyConnection, place: Place) -> Image:
    layers = tuple(
        Layer(row["layer_index"], row["layer"], row["diff_id"], row["size"], row["media_type"], row["created_by"])
        for row in sorted(_rows(connection, "image_layers", place), key=lambda row: row["layer_index"])
    )
    return Image(
        place.reference, place.row["registry"], place.row["repository"], (*place.row["tags"],), place.digest,
        place.row["media_type"], place.platform, layers, {}, place.row["index_digest"],
    )  # fmt: skip


def _feeds(
    connection: duckdb.DuckDBPyConnection, store: FeedStore, place: Place, settings: Settings, packages: list[Row]
) -> list[Row]:
    """The feeds that packages of such kinds are compared with, as the findings were made with them."""
    ecosystems = {row["ecosystem"].partition(":")[0] for row in packages if row["ecosystem"] and not row["owner"]}
    wanted = {source.feed for _, source in chosen(settings, sorted(ecosystems))}
    states = store.status().select(["feed", "state", "snapshot"])
    connection.register("feed_state", states)
    return [row for row in _ask(connection, "feeds.sql", place) if row["feed"] in wanted]


def _note_exceptions(report: Report, findings: list[Row]) -> None:
    """Add to each finding of the report what excepts it, None where nothing does."""
    names = ("vulnerability", "purl", "path", "version", "exception")
    said = {tuple(row[name] for name in names[:-1]): row["exception"] for row in findings}
    rows: list[Row] = report["findings"]  # type: ignore[assignment]  # what scan_report makes
    for row in rows:
        row["exception"] = said[row["id"], row["purl"], row["path"], row["version"]]


def _gaps(connection: duckdb.DuckDBPyConnection, place: Place, feeds: list[Row]) -> Iterator[str]:
    for row in _ask(connection, "coverage.sql", place):
        if row["status"] in {"failed", "partial"}:
            yield row["detail"].rstrip(".")
    if not feeds:
        yield "it was not compared with advisories yet; run `hullmark run advisories`"
    behind = [row["feed"] for row in feeds if row["behind"]]
    if behind:
        yield f"it was not yet compared with what {', '.join(behind)} says now; run `hullmark run advisories`"


def _notes(place: Place) -> Iterator[str]:
    if place.row["state"] != "present":
        yield f"{place.reference} is {place.row['state']} in its registry; this is what was last known of it"
