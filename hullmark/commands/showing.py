"""Progress on the terminal: bars on standard error for a person, plain lines of finished stages for a log."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from hullmark.progress import reporting


@contextmanager
def showing(*, lines: bool = False) -> Iterator[None]:
    """Show what happens in the block: bars that vanish when it ends, or with `lines` one lasting line a stage.

    Where standard error is no terminal, only `lines` are shown.
    """
    console = Console(stderr=True)
    if lines:
        with reporting(Lines(console)) as _, _ended():
            yield
    elif console.is_terminal:
        with _bars(console) as bars, reporting(Bars(bars)):
            yield
    else:
        yield


class Bars:
    """One bar for the stage that runs."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def begin(self, stage: str, total: int | None) -> None:
        """See Progress."""
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task = self._bars.add_task(stage, total=total)

    def advance(self, steps: int = 1) -> None:
        """See Progress."""
        if self._task is not None:
            self._bars.advance(self._task, steps)

    def note(self, sentence: str) -> None:
        """See Progress."""
        self._bars.console.print(sentence, style="dim", highlight=False, markup=False)


class Lines:
    """One lasting line a stage: what was done, how often, and how long it took; on a terminal with a bar meanwhile."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = _bars(console) if console.is_terminal else None
        self._task: TaskID | None = None
        self._stage, self._done, self._started = "", 0, 0.0

    def begin(self, stage: str, total: int | None) -> None:
        """See Progress."""
        self.end()
        self._stage, self._done, self._started = stage, 0, time.monotonic()
        if self._bars:
            self._bars.start()
            self._task = self._bars.add_task(stage, total=total)

    def advance(self, steps: int = 1) -> None:
        """See Progress."""
        self._done += steps
        if self._bars and self._task is not None:
            self._bars.advance(self._task, steps)

    def note(self, sentence: str) -> None:
        """See Progress."""
        self._console.print(f"    {sentence}", style="dim", highlight=False, markup=False)

    def end(self) -> None:
        """Close the stage that runs with its line."""
        if not self._stage:
            return
        if self._bars and self._task is not None:
            self._bars.remove_task(self._task)
            self._bars.stop()
            self._task = None
        count = f"{self._done:>5,}" if self._done else "     "
        seconds = time.monotonic() - self._started
        self._console.print(f"  [green]✓[/] {self._stage:<34}[bold]{count}[/]  [dim]{seconds:6.1f} s[/]", highlight=False)
        self._stage = ""


@contextmanager
def _ended() -> Iterator[None]:
    from hullmark.progress import progress

    listener = progress()
    yield
    if isinstance(listener, Lines):
        listener.end()


class _Count(MofNCompleteColumn):
    """How many of how many, where that is known."""

    def render(self, task: Task) -> Text:
        """The count, or nothing."""
        return Text("") if task.total is None and not task.completed else super().render(task)


def _bars(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(30), _Count(), TimeElapsedColumn(),
        console=console, transient=True,
    )  # fmt: skip


def print_error(sentence: str) -> None:
    """One sentence for a person on standard error."""
    sys.stderr.write(f"hullmark: {sentence}\n")
