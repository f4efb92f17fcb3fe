"""What the lake knows of an image, as the report that a scan of it makes; see docs/report.md."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from hullmark.advisories.feeds import chosen
from hullmark.advisories.snapshot import FeedStore
from hullmark.model import Distro, Image, Layer
from hullmark.reports.scan_report import Report, scan_report
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
    packages = _rows(connection, "packages", place.digest)
    findings = _ask(connection, "findings.sql", place)
    feeds = _feeds(connection, store, place, settings, packages)
    report = scan_report(
        _image(connection, place),
        Distro(
            place.row["os_id"], place.row["os_version"], place.row["os_name"], repositories=(*place.row["content_sets"],)
        ),
        packages,
        findings,
        _rows(connection, "problems", place.digest),
        feeds,
        removed=_rows(connection, "removed_packages", place.digest),
        exposures=_rows(connection, "exposures", place.digest),
    )
    _note_exceptions(report, findings)
    return Stored(report, tuple(_gaps(connection, place, feeds)), tuple(_notes(place)))


def _rows(connection: duckdb.DuckDBPyConnection, table: str, digest: str) -> pa.Table:
    here = duckdb.ColumnExpression("image_digest") == duckdb.ConstantExpression(digest)
    return connection.table(table).filter(here).to_arrow_table()


def _ask(connection: duckdb.DuckDBPyConnection, query: str, place: Place) -> pa.Table:
    return connection.sql(read_sql(__package__, query), params={"digest": place.digest}).to_arrow_table()


def _image(connection: duckdb.DuckDBPyConnection, place: Place) -> Image:
    rows = _rows(connection, "image_layers", place.digest).sort_by("layer_index").to_pylist()
    layers = tuple(
        Layer(row["layer_index"], row["layer"], row["diff_id"], row["size"], row["media_type"], row["created_by"] or "")
        for row in rows
    )
    return Image(
        place.reference, place.row["registry"], place.row["repository"], (*place.row["tags"],), place.digest,
        place.row["media_type"], place.platform, layers, {}, place.row["index_digest"],
    )  # fmt: skip


def _feeds(
    connection: duckdb.DuckDBPyConnection, store: FeedStore, place: Place, settings: Settings, packages: pa.Table
) -> list[Row]:
    """The feeds that packages of such kinds are compared with, as the findings were made with them."""
    ecosystems = {name.partition(":")[0] for name in packages.column("ecosystem").unique().to_pylist() if name}
    wanted = {source.feed for _, source in chosen(settings, sorted(ecosystems))}
    states = store.status().select(["feed", "state", "snapshot"])
    connection.register("feed_state", states)
    return [row for row in _ask(connection, "feeds.sql", place).to_pylist() if row["feed"] in wanted]


def _note_exceptions(report: Report, findings: pa.Table) -> None:
    """Add to each finding of the report what excepts it, None where nothing does."""
    names = ("vulnerability", "purl", "path", "version", "exception")
    said = {tuple(row[name] for name in names[:-1]): row["exception"] for row in findings.select(list(names)).to_pylist()}
    rows: list[Row] = report["findings"]  # type: ignore[assignment]  # what scan_report makes
    for row in rows:
        row["exception"] = said[row["id"], row["purl"], row["path"], row["version"]]


def _gaps(connection: duckdb.DuckDBPyConnection, place: Place, feeds: list[Mapping[str, Any]] | list[Row]) -> Iterator[str]:
    for row in _ask(connection, "coverage.sql", place).to_pylist():
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
