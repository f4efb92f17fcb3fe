"""Progress on the terminal: bars on standard error for a person, plain lines of finished stages for a log."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hullmark.progress import reporting

if TYPE_CHECKING:
    from hullmark.commands.bars import Lines


@contextmanager
def showing(*, lines: bool = False) -> Iterator[None]:
    """Show what happens in the block: bars that vanish when it ends, or with `lines` one lasting line a stage.

    Where standard error is no terminal, only `lines` are shown.
    """
    if not lines and not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    from hullmark.commands.bars import Bars, Lines, bars_on

    console = Console(stderr=True)
    if lines:
        shown = Lines(console)
        with reporting(shown), _ended(shown):
            yield
    elif console.is_terminal:
        bar = Bars(bars_on(console))
        try:
            with reporting(bar):
                yield
        finally:
            bar.end()
    else:
        yield


@contextmanager
def _ended(shown: "Lines") -> Iterator[None]:
    yield
    shown.end()


def print_error(sentence: str) -> None:
    """One sentence for a person on standard error."""
    sys.stderr.write(f"hullmark: {sentence}\n")
