"""What the process writes to: a reader that goes changes neither answer nor status; what cannot be written is said."""

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from hullmark.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

STDOUT, STDERR = 1, 2
NARROWEST = 20  # columns


def own_streams() -> None:
    """For the whole process, so for the console script only; a stream that the caller has closed leads nowhere.

    A width in which nothing can be written (some terminals of build servers have 0) is as good as none.
    """
    if os.environ.get("COLUMNS", "").isdigit() and int(os.environ["COLUMNS"]) < NARROWEST:
        del os.environ["COLUMNS"]
    sys.stdout, sys.stderr = _own(sys.stdout, STDOUT), _own(sys.stderr, STDERR)


class Stream(io.FileIO):
    """Standard output or standard error, which go nowhere as soon as they cannot be written any more.

    So `hullmark scan --fail-on high IMAGE | head` ends with the status that it has without `head`.
    """

    def write(self, data: "ReadableBuffer", /) -> int:
        """See io.RawIOBase; raises UsageError for an answer that cannot be written although somebody waits for it."""
        try:
            return super().write(data)
        except OSError as error:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            if self.fileno() == STDOUT and not isinstance(error, BrokenPipeError):
                raise UsageError(
                    f"the answer could not be written to standard output: {error.strerror}; write it elsewhere"
                ) from None
            return memoryview(data).nbytes


def _own(stream: TextIO | None, number: int) -> TextIO:
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    return io.TextIOWrapper(
        io.BufferedWriter(Stream(number, "w", closefd=False)),
        encoding=stream.encoding,
        errors="backslashreplace",  # where the locale cannot say a name, its code is written, and no traceback
        line_buffering=number == STDERR or stream.isatty(),
    )
