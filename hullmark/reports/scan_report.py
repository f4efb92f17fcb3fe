"""The JSON report of a scanned image; `docs/scan-report.schema.json` is its schema, `docs/report.md` its explanation."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from hullmark import __version__
from hullmark.model import Distro, Image
from hullmark.reports.severity import ORDER

SCHEMA_VERSION = "1.2"
PACKAGE_FIELDS = (
    "type", "name", "version", "arch", "ecosystem", "purl", "path", "layer", "source_name", "source_version", "origin",
    "owner", "licence", "cpe", "inner", "first_layer", "upgraded_from",
)  # fmt: skip
REMOVED_FIELDS = ("type", "name", "version", "purl", "path", "layer", "removed_layer", "replaced_by")
EXPOSURE_FIELDS = ("kind", "path", "evidence", "layer", "removed_layer")
PROBLEM_FIELDS = ("path", "cataloger", "reason")
# Field of the report: column of the findings table.
FINDING_FIELDS = {
    "id": "vulnerability", "aliases": "aliases", "package": "package", "version": "version", "purl": "purl", "path": "path",
    "layer": "layer", "fixed_version": "fixed_version", "severity": "severity", "score": "score",
    "vector": "vector", "kev": "kev", "epss": "epss", "advisory": "advisory", "summary": "summary",
}  # fmt: skip
VEX_FIELDS = ("status", "justification", "author", "document")
SAID = ("risk", *(f"vex_{name}" for name in VEX_FIELDS))
Report = dict[str, object]


def scan_report(  # noqa: PLR0913, PLR0917  # the parts of a report
    image: Image,
    distro: Distro,
    packages: pa.Table,
    findings: pa.Table,
    problems: pa.Table,
    feeds: Iterable[Mapping[str, object]],
    now: datetime | None = None,
    removed: pa.Table | None = None,
    exposures: pa.Table | None = None,
) -> Report:
    """The report of one image for one platform, JSON-able.

    Tables have at least the columns of PACKAGES, FINDINGS, PROBLEMS, REMOVED_PACKAGES and EXPOSURES that a report shows;
    `feeds` are rows of FEED_SNAPSHOTS. Packages come by type, name, version and path; findings by risk, the worst first.
    """
    moment = now or datetime.now(UTC)
    return {
        "schema_version": SCHEMA_VERSION,
        "generator": {"name": "hullmark", "version": __version__},
        "created": _time(moment),
        "feeds": [_feed(feed, moment) for feed in feeds],
        "image": _image(image, distro),
        "packages": _rows(packages, PACKAGE_FIELDS, ("type", "name", "version", "path", "arch")),
        "removed_packages": _rows(removed, REMOVED_FIELDS, (*REMOVED_FIELDS, "layer_index")) if removed else [],
        "findings": _findings(findings),
        "exposures": _rows(exposures, EXPOSURE_FIELDS, EXPOSURE_FIELDS) if exposures else [],
        "problems": _rows(problems, PROBLEM_FIELDS, PROBLEM_FIELDS),
    }


def to_json(reports: Sequence[Mapping[str, object]]) -> bytes:
    """The document: one report as it is, several (platforms of one reference) as an array; indented UTF-8 with a newline."""
    document: object = reports[0] if len(reports) == 1 else list(reports)
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def by_risk(findings: pa.Table) -> pa.Table:
    """Findings by risk (docs/risk.md), the highest first, then by KEV, severity, EPSS, score, and a stable rest."""
    severity = pc.index_in(pc.utf8_lower(findings.column("severity")), value_set=pa.array(ORDER))
    risk = findings.column("risk") if "risk" in findings.column_names else pa.nulls(findings.num_rows, pa.float64())
    order = pa.table({
        "risk": pc.fill_null(risk, -1.0),
        "kev": pc.cast(pc.fill_null(findings.column("kev"), False), pa.int8()),
        "severity": pc.fill_null(severity, 0),
        "epss": pc.fill_null(findings.column("epss"), -1.0),
        "score": pc.fill_null(findings.column("score"), -1.0),
        "vulnerability": findings.column("vulnerability"),
        "package": findings.column("package"),
        "path": findings.column("path"),
    })  # fmt: skip
    keys = [(name, "descending") for name in ("risk", "kev", "severity", "epss", "score")]
    return findings.take(
        pc.sort_indices(order, [*keys, *((name, "ascending") for name in ("vulnerability", "package", "path"))])
    )


def _rows(table: pa.Table, fields: Sequence[str], order: Sequence[str]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = table.sort_by([(name, "ascending") for name in order]).select(list(fields)).to_pylist()
    return rows


def _findings(findings: pa.Table) -> list[dict[str, object]]:
    ordered = by_risk(findings)
    rows: list[dict[str, object]] = (
        ordered.select(list(FINDING_FIELDS.values())).rename_columns(list(FINDING_FIELDS)).to_pylist()
    )
    said = ordered.select([name for name in SAID if name in ordered.column_names]).to_pylist()
    for row, told in zip(rows, said, strict=True):
        row["risk"] = None if told.get("risk") is None else round(told["risk"], 1)
        row["vex"] = {name: told[f"vex_{name}"] for name in VEX_FIELDS} if told.get("vex_status") else None
        row["fixed_version"] = row["fixed_version"] or None
        row["aliases"] = row["aliases"] or []
        row["kev"] = bool(row["kev"])
        row["vector"], row["summary"] = row["vector"] or "", row["summary"] or ""
        row["severity"] = row["severity"] or "unknown"
    return rows


def _image(image: Image, distro: Distro) -> dict[str, object]:
    return {
        "reference": _unicode(image.reference),
        "digest": image.digest,
        "platform": _unicode(str(image.platform)),
        "os": _os(distro),
        "layers": [
            {
                "index": layer.index,
                "diff_id": layer.diff_id,
                "digest": layer.digest,
                "created_by": _unicode(layer.created_by),
            }
            for layer in image.layers
        ],
    }


def _os(distro: Distro) -> dict[str, object]:
    """What Red Hat's builds say of themselves stands only where they do."""
    built = {"repositories": [_unicode(name) for name in distro.repositories], "build": _unicode(distro.build)}
    named = {"id": _unicode(distro.id), "version": _unicode(distro.version_id)}
    return {**named, **{name: value for name, value in built.items() if value}}


def _feed(feed: Mapping[str, object], now: datetime) -> dict[str, object]:
    fetched = feed.get("fetched_at")
    age = (now - fetched).total_seconds() / 3600 if isinstance(fetched, datetime) else None
    return {
        "feed": feed["feed"],
        "snapshot": feed.get("snapshot") or None,
        "fetched_at": _time(fetched) if isinstance(fetched, datetime) else None,
        "age_hours": None if age is None else max(round(age, 1), 0.0),
        "state": feed.get("state") or None,
    }


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _unicode(text: str) -> str:
    """Text from a configuration file, whose JSON may hold halves of surrogate pairs, which UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")
