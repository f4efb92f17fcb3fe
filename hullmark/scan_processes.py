"""Layers read by several processes: half of reading is Python, and one process computes in one thread at a time.

The processes are forked from this one, on Linux, before it has threads; each takes the next layer until there is none. What
they find comes back pickled, over a pipe that nobody else writes to.
"""

import ctypes
import gc
import os
import pickle
import signal
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from threading import Thread
from typing import BinaryIO, NoReturn, TypeVar

from hullmark.errors import InputError

Made = TypeVar("Made")
_NUMBER, _SIZE = struct.Struct("<I"), struct.Struct("<Q")
PDEATHSIG = 1  # prctl(2)
MOST = 4096  # tasks; all of their numbers fit into a pipe at once
LOST = "its reader ended without a word, as when memory runs out; lower HULLMARK_WORKERS, or scan the image alone"


def may_fork(count: int, tasks: Sequence[object]) -> bool:
    """Whether so many processes can share the tasks: a thread's locks would stay locked in the copies."""
    return count > 1 and len(tasks) <= MOST and sys.platform == "linux" and threading.active_count() == 1


@contextmanager
def forked(count: int, tasks: Sequence[Callable[[], Made]], keep: Callable[[Made], Made]) -> Iterator[list["Future[Made]"]]:
    """What the tasks make, in their order, done by `count` processes, of which this is one, while the block runs.

    What is made is what `keep` gives back here. A task that raises has its exception; one whose process is killed has
    InputError. No process outlives the block.
    """
    futures: list[Future[Made]] = [Future() for _ in tasks]
    waiting = _numbers(len(tasks))
    gc.freeze()  # what there is stays shared: no collection writes to it
    children = list(_children(count - 1, waiting, tasks))
    own = Thread(target=_work, args=(waiting, tasks, futures, keep), daemon=True)
    try:
        for child in children:
            Thread(target=child.receive, args=(futures, keep), daemon=True).start()
        own.start()
        yield futures
        own.join()
    except BaseException:
        _drain(waiting)  # so that nobody begins another
        raise
    else:
        os.close(waiting)  # not after a failure, when a thread may still read from it
    finally:
        for child in children:
            child.end()
        gc.unfreeze()


def _children(count: int, waiting: int, tasks: Sequence[Callable[[], object]]) -> Iterator["_Child"]:
    """As many processes as the system lets there be."""
    with suppress(OSError):
        for _ in range(count):
            yield _Child(waiting, tasks)


class _Child:
    """One process, and the pipe from it."""

    def __init__(self, waiting: int, tasks: Sequence[Callable[[], object]]) -> None:
        reader, writer = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            os.close(reader)
            _serve(waiting, tasks, writer)
        os.close(writer)
        self._answers: BinaryIO = os.fdopen(reader, "rb")

    def receive(self, futures: Sequence["Future[Made]"], keep: Callable[[Made], Made]) -> None:
        """Hand on what comes, until the process ends."""
        while len(number := self._answers.read(_NUMBER.size)) == _NUMBER.size:
            future = futures[_NUMBER.unpack(number)[0]]
            size = self._answers.read(_SIZE.size)
            data = self._answers.read(_SIZE.unpack(size)[0]) if len(size) == _SIZE.size else b""
            if not data or len(data) < _SIZE.unpack(size)[0]:
                future.set_exception(InputError(LOST))
                return
            made, failure = pickle.loads(data)  # noqa: S301  of this very program
            _settle(future, *((None, failure) if failure else _tried(partial(keep, made))))

    def end(self) -> None:
        """Kill the process if it still runs."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _numbers(count: int) -> int:
    """The end of a pipe with the numbers of the tasks; whoever reads one has taken it."""
    reader, writer = os.pipe()
    os.write(writer, b"".join(map(_NUMBER.pack, range(count))))
    os.close(writer)
    return reader


def _drain(waiting: int) -> None:
    while os.read(waiting, MOST * _NUMBER.size):
        pass


def _serve(waiting: int, tasks: Sequence[Callable[[], object]], writer: int) -> NoReturn:
    """The life of another process."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a word
        ctypes.CDLL(None).prctl(PDEATHSIG, signal.SIGKILL)  # nobody would read what it finds
        with os.fdopen(writer, "wb") as answers:
            while number := os.read(waiting, _NUMBER.size):
                answers.write(number)
                answers.flush()
                data = _pickled(*_tried(tasks[_NUMBER.unpack(number)[0]]))
                answers.write(_SIZE.pack(len(data)) + data)
                answers.flush()
    finally:
        os._exit(0)


def _work(
    waiting: int,
    tasks: Sequence[Callable[[], Made]],
    futures: Sequence["Future[Made]"],
    keep: Callable[[Made], Made],
) -> None:
    """The part of this process."""
    while number := os.read(waiting, _NUMBER.size):
        at = _NUMBER.unpack(number)[0]
        _settle(futures[at], *_tried(partial(kept, tasks[at], keep)))


def kept(task: Callable[[], Made], keep: Callable[[Made], Made]) -> Made:
    """What a task makes, as `keep` gives it back."""
    return keep(task())


def _tried(task: Callable[[], Made]) -> tuple[Made | None, BaseException | None]:
    try:
        return task(), None
    except BaseException as failure:
        return None, failure


def _pickled(made: object, failure: BaseException | None) -> bytes:
    try:
        return pickle.dumps((made, failure), protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        return pickle.dumps((None, RuntimeError(f"{failure or made!r} cannot be handed on: {error}")))


def _settle(future: "Future[Made]", made: Made | None, failure: BaseException | None) -> None:
    if failure:
        future.set_exception(failure)
    else:
        future.set_result(made)  # type: ignore[arg-type]  # one of the two is None
