"""What sources say of a vulnerability as tables and words: severities with their dates, weaknesses, references."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from hullmark.reports.links import safe_link, weakness_link
from hullmark.reports.terminal import plain

SHOWN = 12  # references, weaknesses, and severities
Row = dict[str, Any]
TIME = pa.timestamp("us", tz="UTC")
JUDGED = pa.schema([
    ("advisory", pa.string()), ("feed", pa.string()), ("source", pa.string()), ("severity", pa.list_(pa.string())),
    ("score", pa.float64()), ("kind", pa.string()), ("vector", pa.string()), ("published", TIME), ("modified", TIME),
    ("taken_back", pa.string()),
])  # fmt: skip
REFERENCES = pa.schema([("url", pa.string()), ("link", pa.string()), ("advisories", pa.list_(pa.string()))])
STANDARDS = {"CVSS_V2": "CVSS 2", "CVSS_V3": "CVSS 3", "CVSS_V4": "CVSS 4", "word": "word"}


def judged_table(advisories: Sequence[Row], severities: Sequence[Row]) -> pa.Table:
    """Each severity that an advisory states, and a row for one that states none: see JUDGED; as `advisories` are."""
    return pa.Table.from_pylist([row for one in advisories for row in _judged(one, severities)], JUDGED)


def _judged(advisory: Row, severities: Sequence[Row]) -> Iterator[Row]:
    known = {name: advisory[name] for name in ("advisory", "feed", "published", "modified")}
    known["taken_back"] = advisory["withdrawn_reason"]
    said = [row for row in severities if row["advisory"] == advisory["advisory"]]
    for row in said:
        yield {
            **known, "source": row["source"], "severity": [row["severity"]], "score": row["score"],
            "kind": STANDARDS.get(row["kind"], row["kind"]), "vector": row["vector"],
        }  # fmt: skip
    if not said:
        yield {**known, "severity": []}


def references_table(references: Sequence[Row], most: int = SHOWN) -> pa.Table:
    """The first references as text, each with a link where it may be followed: see REFERENCES."""
    rows = [
        {"url": plain(row["url"]), "link": safe_link(row["url"]), "advisories": row["advisories"][:SHOWN]}
        for row in references[:most]
    ]
    return pa.Table.from_pylist(rows, REFERENCES)


def weaknesses(advisories: Sequence[Row]) -> list[str]:
    """The weaknesses that advisories name, each once; what is no name of one is left out."""
    named = {name for row in advisories for name in row["cwes"] if weakness_link(name)}
    return sorted(named, key=lambda name: int(name[4:]))


def told_lines(
    advisories: Sequence[Row], severities: Sequence[Row], references: Sequence[Row]
) -> Iterator[tuple[str, list[str]]]:
    """(heading, lines) for a terminal."""
    if severities:
        yield "Severity by source", _bounded([_severity(row) for row in severities])
    if dated := [_dated(row) for row in advisories]:
        yield "Advisories", _bounded(dated)
    if named := weaknesses(advisories):
        yield "Weaknesses", _bounded([f"{name}  {weakness_link(name)}" for name in named])
    if references:
        yield "References", _bounded([plain(row["url"]) for row in references])


def _bounded(lines: list[str]) -> list[str]:
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], f"… and {more:,} more (--format json has all)"] if more > 0 else lines


def _severity(row: Row) -> str:
    words = [plain(row["source"] or "unnamed"), plain(row["advisory"]), plain(row["severity"] or "")]
    words += [f"{row['score']:.1f}"] if row["score"] is not None else []
    return " ".join([*words, plain(row["vector"] or "", 160)]).rstrip()


def _dated(row: Row) -> str:
    words = [f"{plain(row['advisory'])} ({plain(row['feed'])})"]
    words += [f"{name} {row[name]:%Y-%m-%d}" for name in ("published", "modified") if row[name]]
    words += [plain(row["withdrawn_reason"])] if row["withdrawn_reason"] else []
    return "  ".join(words)
