"""Where an answer goes: to standard output, or to the file that `--output` names."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hullmark.errors import UsageError
from hullmark.reports.documents import document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from hullmark.reports.scan_report import Report

TABLE = "table"  # every other form of a report is a document


def write_answer(content: "RenderableType | bytes", output: str | None) -> None:
    """Write bytes as they are and anything else as a terminal shows it; raises UsageError when a file cannot be written."""
    from rich.console import Console
    from rich.table import Table

    try:
        if isinstance(content, bytes):
            if output:
                Path(output).write_bytes(content)
            else:
                sys.stdout.buffer.write(content)
        elif output:
            with Path(output).open("w", encoding="utf-8") as file:
                Console(file=file, width=140).print(content, soft_wrap=not isinstance(content, Table))
        else:  # lines to paste are never wrapped
            Console(width=None if sys.stdout.isatty() else 140).print(content, soft_wrap=not isinstance(content, Table))
    except OSError as error:
        raise UsageError(f"the answer could not be written to {output}: {error.strerror}; choose another file") from None


def write_reports(
    reports: "Sequence[Report]", form: str, output: str | None, *, removed: bool, listed: bool = False
) -> None:
    """Write reports of images as a document of that form, or as a table; raises UsageError when a file cannot be written."""
    target = Path(output) if output else None
    try:
        if form == TABLE:
            _write_table(reports, target, removed=removed, listed=listed)
        elif target:
            target.write_bytes(document(form).write(reports))
        else:
            sys.stdout.buffer.write(document(form).write(reports))
    except OSError as error:
        raise UsageError(f"the report could not be written to {output}: {error.strerror}; choose another file") from None


def _write_table(reports: "Sequence[Report]", target: Path | None, *, removed: bool, listed: bool) -> None:
    from rich.console import Console

    from hullmark.reports.scan_table import print_scan

    if target:
        with target.open("w", encoding="utf-8") as file:
            print_scan(reports, Console(file=file, width=120), removed=removed, listed=listed)
    else:
        print_scan(reports, Console(), removed=removed, listed=listed)
