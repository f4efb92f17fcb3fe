"""The difference of two images for a terminal, as Markdown and as JSON."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from rich.console import Group
from rich.text import Text

from hullmark.analysis.history import Difference
from hullmark.reports.terminal import columns, counted, plain, severity_text

MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_[]<>|#!~"})
PACKAGES = ("", "Package", "Before", "After")
FINDINGS = ("", "Finding", "Severity", "Package", "Version", "Fixed in")
Row = dict[str, Any]


def diff_json(difference: Difference) -> bytes:
    """An object with before, after, their platforms, packages, findings and kept; indented UTF-8 with a newline."""
    before, after = difference.before, difference.after
    document = {
        "before": before.digest, "after": after.digest,
        "before_platform": before.platform, "after_platform": after.platform,
        "before_other_platforms": before.others, "after_other_platforms": after.others,
        "packages": difference.packages.to_pylist(), "findings": difference.findings.to_pylist(), "kept": difference.kept,
    }  # fmt: skip
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def diff_view(difference: Difference) -> Group:
    """The difference for a terminal."""
    packages, findings = columns(*PACKAGES), columns(*FINDINGS)
    for row in difference.packages.to_pylist():
        packages.add_row(row["change"], *(plain(cell, 80) for cell in _package(row)))
    for row in difference.findings.to_pylist():
        name, severity, *rest = _finding(row)
        findings.add_row(row["change"], plain(name), severity_text(severity), *(plain(cell, 80) for cell in rest))
    parts = [packages] * bool(difference.packages.num_rows) + [findings] * bool(difference.findings.num_rows)
    return Group(*parts, Text(summary(difference)))


def diff_markdown(names: tuple[str, str], difference: Difference) -> str:
    """The difference as two tables under a heading that names both images."""
    before, after = (_cell(name) for name in names)
    packages = [(row["change"], *_package(row)) for row in difference.packages.to_pylist()]
    findings = [(row["change"], *_finding(row)) for row in difference.findings.to_pylist()]
    lines = [f"# From {before} to {after}", "", summary(difference)]
    return "\n".join([*lines, *_table(PACKAGES, packages), *_table(FINDINGS, findings)]) + "\n"


def summary(difference: Difference) -> str:
    """How many packages and findings changed, and for which platform where there was a choice or the images differ in it."""
    changes = difference.findings["change"].to_pylist()
    opened, closed = changes.count("opened"), changes.count("closed")
    packages = counted(difference.packages.num_rows, "package")
    counts = f"{packages} differ, {counted(opened, 'finding')} opened, {closed:,} closed, {difference.kept:,} kept."
    return " ".join([counts, *_platforms(difference)])


def _platforms(difference: Difference) -> Iterator[str]:
    before, after = (plain(image.platform or "unknown") for image in (difference.before, difference.after))
    others = sorted({*difference.before.others, *difference.after.others} - {difference.before.platform})
    if before != after:
        yield f"Before is for {before}, after for {after}."
    elif others:
        yield f"Compared for {before}, not for {', '.join(plain(other or 'unknown') for other in others)}."


def _package(row: Row) -> tuple[str, str, str]:
    return f"{row['type']}/{row['name']}", row["before"], row["after"]


def _finding(row: Row) -> tuple[str, str, str, str, str]:
    name = f"{row['vulnerability']} (exploited)" if row["kev"] else row["vulnerability"]
    return name, row["severity"], f"{row['type']}/{row['package']}", row["version"], row["fixed_version"] or ""


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[str]:
    if not rows:
        return
    yield from ("", f"| {' | '.join(headers)} |", "|---" * len(headers) + "|")
    for row in rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"


def _cell(text: str) -> str:
    return plain(text).translate(MARKDOWN)
