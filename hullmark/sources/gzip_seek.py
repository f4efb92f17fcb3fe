"""Random access in a gzip file: one pass leaves resume points, so that a member near the end is not paid from the start.

A resume point is a copy of zlib's state (about 48 KB) at a known place of both streams. Their number is bounded: when
there are too many, every second one is dropped and the distance doubles. Nothing is unpacked to disk.
"""

import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

from hullmark.errors import CorruptData

_CHUNK = 64 * 1024
_MAX_POINTS = 128
_FIRST_DISTANCE = 4 * 1024 * 1024
_GZIP = 31  # zlib's window bits with a gzip header


class _Inflate(Protocol):
    @property
    def unconsumed_tail(self) -> bytes: ...

    @property
    def unused_data(self) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...

    def copy(self) -> "_Inflate": ...


@dataclass(frozen=True, slots=True)
class _Point:
    output: int  # bytes unpacked before this point
    offset: int  # bytes of the file that the state has taken in
    state: _Inflate


class ResumePoints:
    """The shared resume points of one file; safe between threads."""

    def __init__(self) -> None:
        self._points: list[_Point] = []
        self._distance = _FIRST_DISTANCE
        self._lock = Lock()

    def add(self, output: int, offset: int, state: _Inflate) -> None:
        """Keep a copy of `state` when the last kept one lies far enough behind."""
        with self._lock:
            if output < (self._points[-1].output if self._points else 0) + self._distance:
                return
            self._points.append(_Point(output, offset, state.copy()))
            if len(self._points) > _MAX_POINTS:
                self._points = self._points[1::2]
                self._distance *= 2

    def before(self, output: int) -> tuple[int, int, _Inflate] | None:
        """(unpacked bytes, file offset, fresh copy of the state) of the last point at or before `output`."""
        with self._lock:
            point = next((point for point in reversed(self._points) if point.output <= output), None)
            return (point.output, point.offset, point.state.copy()) if point else None


class GzipFile(io.RawIOBase):
    """A gzip file, of one or many members, as seekable unpacked bytes; reading forward costs one pass.

    Raises CorruptData on damaged or truncated input. Zero padding after the last member is ignored, other bytes end the
    stream, as gzip(1) does.
    """

    def __init__(self, path: Path, points: ResumePoints) -> None:
        super().__init__()
        self._file = path.open("rb")
        self._name = path.name
        self._points = points
        self._position, self._tail, self._done = 0, b"", False
        self._state: _Inflate = zlib.decompressobj(_GZIP)

    def readable(self) -> bool:
        """Always true."""
        return True

    def seekable(self) -> bool:
        """Always true; seeking backwards resumes from a kept point."""
        return True

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def tell(self) -> int:
        """The place in the unpacked bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an absolute place (SEEK_SET) or one from here (SEEK_CUR); beyond the end means the end."""
        if whence not in (io.SEEK_SET, io.SEEK_CUR):
            raise OSError("a gzip stream does not know its end before it was read")
        target = offset + (self._position if whence == io.SEEK_CUR else 0)
        point = self._points.before(target)
        if target < self._position or (point is not None and point[0] > self._position):
            self._resume(point)
        while self._position < target and self.read(min(_CHUNK, target - self._position)):
            pass
        return self._position

    def readinto(self, buffer: object) -> int:
        """Fill `buffer` with the next unpacked bytes; 0 at the end."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # RawIOBase hands over something with a buffer
        data = self._inflate(len(view))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _inflate(self, count: int) -> bytes:
        while count and not self._done:
            if not self._tail and not self._fill():
                raise CorruptData(f"the gzip stream of {self._name} ends early; fetch or export the archive again")
            data = self._step(count)
            if data:
                return data
        return b""

    def _step(self, count: int) -> bytes:
        try:
            data = self._state.decompress(self._tail, count)
        except zlib.error:
            raise CorruptData(f"the gzip stream of {self._name} is damaged; fetch or export the archive again") from None
        if self._state.eof:
            self._next_member(self._state.unused_data)
        else:
            self._tail = self._state.unconsumed_tail
            if not self._tail:
                self._points.add(self._position + len(data), self._file.tell(), self._state)
        return data

    def _next_member(self, rest: bytes) -> None:
        self._tail = rest.lstrip(b"\0")
        while not self._tail and self._fill():
            self._tail = self._tail.lstrip(b"\0")
        self._done = not self._tail.startswith(b"\x1f")
        self._state = zlib.decompressobj(_GZIP)

    def _fill(self) -> bool:
        self._tail = self._file.read(_CHUNK)
        return bool(self._tail)

    def _resume(self, point: tuple[int, int, _Inflate] | None) -> None:
        self._position, offset, self._state = point or (0, 0, zlib.decompressobj(_GZIP))
        self._file.seek(offset)
        self._tail, self._done = b"", False
