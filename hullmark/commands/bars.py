"""Progress with rich: one bar for the stage that runs, and lasting lines of what is done."""

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text


class Bars:
    """One bar for the stage that runs; before the first stage there is none, and no thread that would draw it."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def begin(self, stage: str, total: int | None) -> None:
        """See Progress."""
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._bars.start()
        self._task = self._bars.add_task(stage, total=total)

    def advance(self, steps: int = 1) -> None:
        """See Progress."""
        if self._task is not None:
            self._bars.advance(self._task, steps)

    def end(self) -> None:
        """Take the bar away."""
        self._bars.stop()

    def note(self, sentence: str) -> None:
        """See Progress."""
        self._bars.console.print(sentence, style="dim", highlight=False, markup=False)


class Lines:
    """One lasting line a stage: what was done, how often, and how long it took; on a terminal with a bar meanwhile."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = bars_on(console) if console.is_terminal else None
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


class _Count(MofNCompleteColumn):
    """How many of how many, where that is known."""

    def render(self, task: Task) -> Text:
        """The count, or nothing."""
        return Text("") if task.total is None and not task.completed else super().render(task)


def bars_on(console: Console) -> Progress:
    """Bars that vanish when they end."""
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(30), _Count(), TimeElapsedColumn(),
        console=console, transient=True,
    )  # fmt: skip
