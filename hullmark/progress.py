"""Where long work says how far it is; nobody listens unless a command line or a test asks to."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Progress(Protocol):
    """A listener: stages come one after the other, each with so many steps (None: unknown)."""

    def begin(self, stage: str, total: int | None) -> None:
        """A stage begins, and the one before it has ended."""

    def advance(self, steps: int = 1) -> None:
        """So many steps of the stage are done."""

    def note(self, sentence: str) -> None:
        """Something that a person should know while it runs."""


class Silent:
    """Listens to nothing."""

    def begin(self, stage: str, total: int | None) -> None:
        """See Progress."""

    def advance(self, steps: int = 1) -> None:
        """See Progress."""

    def note(self, sentence: str) -> None:
        """See Progress."""


_SILENT = Silent()
_listener: ContextVar[Progress] = ContextVar("progress", default=_SILENT)


def progress() -> Progress:
    """The listener of this context."""
    return _listener.get()


@contextmanager
def reporting(listener: Progress) -> Iterator[None]:
    """Let `listener` hear everything that happens in the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
