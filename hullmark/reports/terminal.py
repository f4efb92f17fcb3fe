"""What reports for a terminal share: colours of severities, bars, ages, and making hostile text harmless."""

import unicodedata
from collections.abc import Iterable, Mapping

from rich.table import Table
from rich.text import Text

from hullmark.reports.severity import ORDER

STYLES: Mapping[str, str] = {
    "critical": "bold red", "high": "bold yellow", "medium": "yellow", "low": "cyan", "negligible": "dim cyan",
    "none": "dim", "unknown": "dim",
}  # fmt: skip
HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})  # controls, bidirectional overrides, surrogates, line separators
LONGEST = 300


def plain(value: object, longest: int = LONGEST) -> str:
    """Text from an image or feed with every character that steers a terminal written out, and a bounded length."""
    text = str(value)
    shown = text[:longest]
    if not shown.isprintable():  # harmful characters are not, nor are some that do no harm
        shown = "".join(map(_visible, shown))
    return shown if len(text) <= longest else f"{shown}…"


def _visible(char: str) -> str:
    if unicodedata.category(char) not in HARMFUL:
        return char
    return f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}"


def severity_text(severity: str, label: str = "") -> Text:
    """A severity, or another label for it, in its colour."""
    return Text(label or plain(severity), style=STYLES.get(severity, "dim"))


def severity_bar(counts: Mapping[str, int], width: int) -> Text:
    """One bar whose parts are the shares of the severities, the worst first; every severity that occurs has one cell."""
    total = sum(counts.values())
    bar = Text()
    for name in reversed(ORDER):
        if counts.get(name):
            bar.append("━" * max(1, round(width * counts[name] / total)), style=STYLES[name])
    return bar


def severity_counts(counts: Mapping[str, int]) -> Text:
    """ "2 critical · 7 high · 1 low", the worst first."""
    parts = [severity_text(name, f"{counts[name]:,} {name}") for name in reversed(ORDER) if counts.get(name)]
    return Text(" · ").join(parts)


def columns(*headers: str, right: Iterable[str] = ()) -> Table:
    """A calm table without lines; the columns named in `right` are numbers."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_header=any(headers))
    for header in headers:
        table.add_column(header, justify="right" if header in right else "left", overflow="fold")
    return table


def counted(number: int, noun: str) -> str:
    """ "1 layer", "7 layers"."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def age(hours: float | None) -> str:
    """ "3 h", "5 d"; "never" when there is none."""
    if hours is None:
        return "never"
    if hours < 1:
        return "under 1 h"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} d"


def size(count: int) -> str:
    """Bytes for a person, in decimal units."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
