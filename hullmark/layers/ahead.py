"""Pieces made ahead by a thread of their own, so that a layer is inflated while what came before is walked.

Inflating releases the GIL. What waits is bounded by the number of pieces.
"""

from collections.abc import Generator, Iterator
from itertools import islice
from queue import SimpleQueue
from threading import Event, Thread

WAITING = 6  # pieces, each at most `inflate.PIECE` bytes
ALONE = 2  # pieces that are made without a thread

_Made = SimpleQueue[tuple[bytes, BaseException | None]]
_Room = SimpleQueue[None]


def ahead(pieces: Iterator[bytes]) -> Generator[bytes]:
    """The same pieces, none of them empty; raises what making them raises. Once it is closed, its thread has ended."""
    yield from islice(pieces, ALONE)
    made: _Made = SimpleQueue()
    room: _Room = SimpleQueue()
    for _ in range(WAITING):
        room.put(None)
    unwanted = Event()
    thread = Thread(target=_make, args=(pieces, made, room, unwanted), name="layer-ahead", daemon=True)
    thread.start()
    try:
        while True:
            piece, failure = made.get()
            if failure:
                raise failure
            if not piece:
                return
            yield piece
            room.put(None)
    finally:
        unwanted.set()
        room.put(None)
        thread.join()


def _make(pieces: Iterator[bytes], made: _Made, room: _Room, unwanted: Event) -> None:
    piece = b" "
    try:
        while piece:
            del piece  # or it would live until there is room for the next
            room.get()
            if unwanted.is_set():
                return
            piece = next(pieces, b"")
            made.put((piece, None))
    except BaseException as failure:
        made.put((b"", failure))
