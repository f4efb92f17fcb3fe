"""The JSON report of a scanned image; `docs/scan-report.schema.json` is its schema, `docs/report.md` its explanation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from hullmark import __version__
from hullmark.model import Distro, Image
from hullmark.reports.severity import rank

SCHEMA_VERSION = "1.3"
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
Row = Mapping[str, Any]
Rows = Sequence[Row]
Report = dict[str, object]


@dataclass(frozen=True, slots=True)
class ReportRows:
    """What a report says of an image: rows with at least the columns that it shows of PACKAGES, FINDINGS, PROBLEMS,
    REMOVED_PACKAGES and EXPOSURES."""

    packages: Rows = ()
    findings: Rows = ()
    problems: Rows = ()
    removed: Rows = ()
    exposures: Rows = ()


def scan_report(image: Image, distro: Distro, rows: ReportRows, feeds: Rows, now: datetime | None = None) -> Report:
    """The report of one image for one platform, JSON-able.

    `feeds` are rows of FEED_SNAPSHOTS. Packages come by type, name, version and path; findings by risk, the worst first.
    """
    moment = now or datetime.now(UTC)
    return {
        "schema_version": SCHEMA_VERSION,
        "generator": {"name": "hullmark", "version": __version__},
        "created": _time(moment),
        "feeds": [_feed(feed, moment) for feed in feeds],
        "image": _image(image, distro),
        "packages": _sorted(rows.packages, PACKAGE_FIELDS, ("type", "name", "version", "path", "arch")),
        "removed_packages": _sorted(rows.removed, REMOVED_FIELDS, (*REMOVED_FIELDS, "layer_index")),
        "findings": [_finding(row) for row in by_risk(rows.findings)],
        "exposures": _sorted(rows.exposures, EXPOSURE_FIELDS, EXPOSURE_FIELDS),
        "problems": _sorted(rows.problems, PROBLEM_FIELDS, PROBLEM_FIELDS),
    }


def to_json(reports: Sequence[Mapping[str, object]]) -> bytes:
    """The document: one report as it is, several (platforms of one reference) as an array; indented UTF-8 with a newline."""
    document: object = reports[0] if len(reports) == 1 else list(reports)
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def by_risk(findings: Rows) -> Rows:
    """Findings by risk (docs/risk.md), the highest first, then by KEV, severity, EPSS, score, and a stable rest."""
    return sorted(findings, key=_danger)


def _danger(row: Row) -> tuple[object, ...]:
    numbers = [-1.0 if row.get(name) is None else row[name] for name in ("risk", "epss", "score")]
    risk, epss, score = numbers
    return -risk, not row["kev"], -rank(row["severity"]), -epss, -score, row["vulnerability"], row["package"], row["path"]


def _sorted(rows: Rows, fields: Sequence[str], order: Sequence[str]) -> list[dict[str, object]]:
    ordered = sorted(rows, key=lambda row: [row[name] for name in order])
    return [{name: row[name] for name in fields} for row in ordered]


def _finding(row: Row) -> dict[str, object]:
    told = {field: row[column] for field, column in FINDING_FIELDS.items()}
    return told | {
        "fixed_version": row["fixed_version"] or None,
        "severity": row["severity"] or "unknown",
        "kev": bool(row["kev"]),
        **{name: row[name] or empty for name, empty in (("aliases", []), ("vector", ""), ("summary", ""))},
        "risk": None if row.get("risk") is None else round(row["risk"], 1),
        "vex": {name: row[f"vex_{name}"] for name in VEX_FIELDS} if row.get("vex_status") else None,
    }


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
