"""An OSV archive read by several processes: parsing is Python, and one process computes in one thread at a time.

The others are fresh interpreters, since who fetches has threads and must not be forked. Each is asked for a part on its
standard input, and answers with the part's tables as Arrow streams on its standard output, until nobody asks any more.
"""

import ctypes
import os
import signal
import struct
import subprocess
import sys
import zipfile
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from itertools import chain
from typing import IO, cast

import orjson
import pyarrow as pa

from hullmark.advisories.feed_tables import SCHEMAS
from hullmark.advisories.osv_members import UNREADABLE, Members, Part, Wanted
from hullmark.errors import CorruptData, FeedError
from hullmark.settings import Settings

PROCESS_WEIGHT = 8_000  # that is worth a process: 0.7 s, of which it takes half to begin
PROCESS_MB = 256  # what each may take of the memory that the settings state
PROGRAM = "from hullmark.advisories.osv_processes import serve; serve()"
PDEATHSIG = 1  # prctl(2)
LOST = (
    "the feed {} was not read to its end: one of the processes that read it ended without a word, as when memory runs out; "
    "set HULLMARK_WORKERS to 1 and try again"
)
_ASKED, _SIZE = struct.Struct("<2I"), struct.Struct("<Q")
_FAILED = (1 << 64) - 1  # in the place of a size: a sentence follows, and no table
Found = dict[str, pa.Table]


def worthwhile(settings: Settings, weight: int) -> int:
    """How many processes records of this weight (see Members) are read by, at least one."""
    return max(1, min(settings.threads, settings.memory_mb // PROCESS_MB, weight // PROCESS_WEIGHT))


def read_parts(members: Members, wanted: Wanted, processes: int) -> list[Found]:
    """The tables of all parts of an archive in their order, read by so many processes, of which this is one.

    No process outlives the call. Raises one of UNREADABLE, and FeedError when a process ended without a word.
    """
    parts = list(members.parts())
    found: list[Found] = [{} for _ in parts]
    # Large records are read here, where there is one at a time.
    large = [number for number, part in enumerate(parts) if part.is_large]
    waiting = deque(number for number, part in enumerate(parts) if not part.is_large)
    others = list(_started(min(processes, len(waiting)) - 1, wanted))
    pool = ThreadPoolExecutor(len(others) or 1, "parts")
    try:
        first = [waiting.popleft() for _ in others]  # one for each, however soon the others are taken here
        work = [pool.submit(other.read, number, parts, waiting, found) for other, number in zip(others, first, strict=True)]
        for number in chain(large, _taken(waiting)):
            found[number] = members.read(parts[number])
        for one in work:
            one.result()
        return found
    finally:
        waiting.clear()
        for other in others:
            other.end()
        pool.shutdown()


def serve() -> None:
    """The life of another process."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PDEATHSIG, signal.SIGKILL)  # nobody would read what it finds
    wanted = Wanted(**orjson.loads(sys.argv[1]))
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    with zipfile.ZipFile(wanted.file) as archive:
        members = Members(archive, wanted)
        try:
            while len(numbers := asked.read(_ASKED.size)) == _ASKED.size:
                for piece in _answer(members, Part(*_ASKED.unpack(numbers))):
                    answers.write(piece)
                answers.flush()
        except BrokenPipeError:  # who asked is gone
            os._exit(0)


class _Other:
    """Another process, which is asked for one part after another."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._process = subprocess.Popen(  # noqa: S603  this very interpreter
            [sys.executable, "-P", "-c", PROGRAM, orjson.dumps(asdict(wanted)).decode()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},  # the same code as here
            start_new_session=True,  # Ctrl-C is for this process, which ends the others
        )  # fmt: skip
        self._asked, self._answers = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)

    def read(self, first: int, parts: Sequence[Part], waiting: deque[int], found: list[Found]) -> None:
        """Put the tables of parts into their places while some are waiting; none are any more when it fails."""
        try:
            for number in chain([first], _taken(waiting)):
                found[number] = self._ask(parts[number])
        except BaseException:
            waiting.clear()
            raise

    def end(self) -> None:
        """Kill the process; what waits for its answers then hears that it is lost."""
        with self._process as process:
            process.kill()

    def _ask(self, part: Part) -> Found:
        try:
            os.write(self._asked.fileno(), _ASKED.pack(part.start, part.stop))
        except OSError:
            raise FeedError(LOST.format(self._wanted.feed)) from None
        return {name: pa.ipc.open_stream(pa.py_buffer(self._piece())).read_all() for name in SCHEMAS}

    def _piece(self) -> bytes:
        (size,) = _SIZE.unpack(self._whole(_SIZE.size))
        if size == _FAILED:
            (size,) = _SIZE.unpack(self._whole(_SIZE.size))
            raise CorruptData(self._whole(size).decode())
        return self._whole(size)

    def _whole(self, size: int) -> bytes:
        content = self._answers.read(size)
        if len(content) < size:
            raise FeedError(LOST.format(self._wanted.feed))
        return content


def _started(count: int, wanted: Wanted) -> Iterator[_Other]:
    """As many processes as the system lets there be."""
    with suppress(OSError):
        for _ in range(count):
            yield _Other(wanted)


def _taken(waiting: deque[int]) -> Iterator[int]:
    """One number after another that nobody else has taken."""
    with suppress(IndexError):
        while True:
            yield waiting.popleft()


def _answer(members: Members, part: Part) -> Iterator[bytes | pa.Buffer]:
    try:
        found = members.read(part)
    except UNREADABLE as error:
        sentence = str(error).encode()
        yield _SIZE.pack(_FAILED) + _SIZE.pack(len(sentence)) + sentence
        return
    for name in SCHEMAS:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, found[name].schema) as stream:
            stream.write_table(found[name])
        content = sink.getvalue()
        yield _SIZE.pack(content.size)
        yield content
