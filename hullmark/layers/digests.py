"""The two digests of a layer, of its stored and of its unpacked bytes, computed beside the inflating.

Hashing releases the GIL, so a second thread takes it over once a layer turns out to be more than a few pieces. What waits
for the thread is bounded by the number of pieces.
"""

import hashlib
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Protocol, Self

WAITING = 2  # pieces, each at most `inflate.PIECE` bytes
ALONE = 2  # pieces that are hashed without a thread


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


class Digests:
    """Feed pieces in order, then ask for the digests; a context manager, so that no thread outlives a failure."""

    def __init__(self, sha256: Callable[[], _Hash] = hashlib.sha256) -> None:
        self._stored, self._unpacked = sha256(), sha256()
        self._queue: SimpleQueue[tuple[_Hash, bytes] | None] = SimpleQueue()
        self._room: SimpleQueue[None] = SimpleQueue()  # one item a piece that may wait
        for _ in range(WAITING):
            self._room.put(None)
        self._thread: Thread | None = None
        self._pieces = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._finish()

    def stored(self, piece: bytes) -> None:
        """Count the next piece as the layer is stored."""
        self._feed(self._stored, piece)

    def unpacked(self, piece: bytes) -> None:
        """Count the next piece of the layer's tar."""
        self._feed(self._unpacked, piece)

    def stored_digest(self) -> str:
        """The digest of all stored pieces; no piece may follow."""
        self._finish()
        return f"sha256:{self._stored.hexdigest()}"

    def unpacked_digest(self) -> str:
        """The digest of all unpacked pieces, the diff ID; no piece may follow."""
        self._finish()
        return f"sha256:{self._unpacked.hexdigest()}"

    def _feed(self, target: _Hash, piece: bytes) -> None:
        self._pieces += 1
        if self._pieces <= ALONE:
            target.update(piece)
            return
        if self._thread is None:
            self._thread = Thread(target=self._work, name="layer-digests", daemon=True)
            self._thread.start()
        self._room.get()
        self._queue.put((target, piece))

    def _work(self) -> None:
        while (task := self._queue.get()) is not None:
            target, piece = task
            target.update(piece)
            del task, piece
            self._room.put(None)

    def _finish(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None
            self._pieces = 0
