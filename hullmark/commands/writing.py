"""Where an answer goes: to standard output, or to the file that `--output` names."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hullmark.errors import UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType


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
        if isinstance(error, BrokenPipeError):
            raise
        raise UsageError(f"the answer could not be written to {output}: {error.strerror}; choose another file") from None
