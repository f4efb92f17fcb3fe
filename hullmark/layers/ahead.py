"""Pieces made ahead by a thread of their own, so that a layer is inflated while what came before is walked.

Inflating releases the GIL. What waits is bounded by the number of pieces: EARLY more than WAITING before any is taken, since
whoever takes them may still be importing catalogers then.
"""

from collections.abc import Iterator
from queue import SimpleQueue
from threading import Event, Thread
from typing import Self

WAITING = 4  # pieces, each at most `inflate.PIECE` bytes
EARLY = 12  # pieces more that may wait at first; their room is not given back
ALONE = 1  # pieces that are made without a thread, unless it is known that there are many


class Ahead:
    """The same pieces, none of them empty; raises what making them raises. Once it is closed, its thread has ended."""

    def __init__(self, pieces: Iterator[bytes], many: bool) -> None:
        self._pieces = pieces
        self._alone = 0 if many else ALONE
        self._made: SimpleQueue[tuple[bytes, BaseException | None]] = SimpleQueue()
        self._room: SimpleQueue[None] = SimpleQueue()
        self._early = EARLY
        self._unwanted = Event()
        self._thread: Thread | None = None
        if many:
            self._start()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._alone:
            self._alone -= 1
            return next(self._pieces)
        if self._thread is None:
            self._start()
        piece, failure = self._made.get()
        if failure or not piece:
            self._made.put((piece, failure))  # for whoever asks again
            raise failure or StopIteration
        if self._early:
            self._early -= 1
        else:
            self._room.put(None)
        return piece

    def close(self) -> None:
        """Stop making pieces."""
        self._unwanted.set()
        self._room.put(None)
        if self._thread:
            self._thread.join()

    def _start(self) -> None:
        for _ in range(WAITING + EARLY):
            self._room.put(None)
        self._thread = Thread(target=self._make, name="layer-ahead", daemon=True)
        self._thread.start()

    def _make(self) -> None:
        piece = b" "
        try:
            while piece:
                del piece  # or it would live until there is room for the next
                self._room.get()
                if self._unwanted.is_set():
                    return
                piece = next(self._pieces, b"")
                self._made.put((piece, None))
        except BaseException as failure:
            self._made.put((b"", failure))
