"""What is to be fixed by when, as a table for a terminal: of each owner in numbers, or one by one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table

from hullmark.reports.terminal import columns, plain, severity_text

NOBODY = "nobody is named"
COUNTS = {"Overdue": "overdue", "KEV": "exploited", "Critical, high": "grave", "Soon": "soon", "Open": "open"}
Row = Mapping[str, Any]


def due_table(rows: Sequence[Row]) -> Table:
    """The rows of `due_owners.sql`, or of `due_list.sql`."""
    return _owners(rows) if "overdue" in rows[0] else _list(rows)


def _owners(rows: Sequence[Row]) -> Table:
    table = columns("Owner", *COUNTS, "Oldest", "Next", right=COUNTS)
    for row in rows:
        days = (_day(row[name]) for name in ("oldest", "next_due"))
        table.add_row(plain(row["owner"] or NOBODY, 60), *(f"{row[name]:,}" for name in COUNTS.values()), *days)
    return table


def _list(rows: Sequence[Row]) -> Table:
    table = columns(
        "Due", "Days", "Severity", "", "Vulnerability", "Package", "Repository", "Images", right=("Days", "Images")
    )
    for row in rows:
        where = f"{row['account']} {row['repository']}".strip()
        table.add_row(
            _day(row["due"]), f"{row['days_left']:.0f}", severity_text(row["severity"][0]), " ".join(row["exploited"]),
            plain(row["vulnerability"], 40), plain(row["package"], 40), plain(where, 70), f"{row['images']:,}",
        )  # fmt: skip
    return table


def _day(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d}" if when else "-"
