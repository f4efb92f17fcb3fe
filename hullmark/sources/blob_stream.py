"""A blob as it comes from a registry: never more bytes than promised, and taken up again where a connection broke."""

import io
import re
from collections.abc import Callable, Iterator
from typing import Protocol

import httpx

from hullmark.errors import IntegrityError, TransportError

_MOST_DROPS = 5  # in a row, without _PROGRESS in between
_PROGRESS = 1024 * 1024
_MOST_DROPS_AT_ALL = 200
_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)")


class Fetch(Protocol):
    """Asks for the blob from `position` on; the answer is 200, 206 or 416."""

    def __call__(self, position: int) -> httpx.Response:
        """The answer, to be streamed."""


class BlobStream(io.RawIOBase):
    """Reads forward only. `size` is what the manifest says, -1 when it is not known; `owner` says in words what it is."""

    def __init__(
        self, fetch: Fetch, size: int, owner: str, pause: Callable[[float], None], require_open: Callable[[], None]
    ) -> None:
        """`require_open` is called before each piece, and raises when nothing more may be read."""
        super().__init__()
        self._fetch = fetch
        self._size = size
        self._owner = owner
        self._pause = pause
        self._require_open = require_open
        self._position = 0
        self._known = 0  # bytes that will be sent again
        self._rest = memoryview(b"")
        self._drops = self._drops_at_all = self._last_drop = 0
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] = iter(())
        self._connect()

    def readable(self) -> bool:
        """Always true."""
        return True

    def tell(self) -> int:
        """How many bytes were handed out."""
        return self._position - len(self._rest)

    def close(self) -> None:
        """Give the connection back."""
        if self._response is not None:
            self._response.close()
        super().close()

    def readinto(self, buffer: object) -> int:
        """Fill `buffer` with the next bytes; 0 at the end. Raises IntegrityError and TransportError."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # RawIOBase hands over something with a buffer
        if not self._rest:
            self._rest = memoryview(self._next())
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def _next(self) -> bytes:
        """The next bytes from the network; b"" at the end of the blob."""
        while True:
            self._require_open()
            try:
                data = next(self._chunks, b"")
            except (httpx.TransportError, httpx.StreamError) as error:
                self._dropped(type(error).__name__)
                continue
            known = min(len(data), self._known)
            self._known -= known
            data = data[known:]
            if known and not data:
                continue
            if data:
                self._position += len(data)
                if 0 <= self._size < self._position:
                    raise IntegrityError(f"{self._owner} has more than its {self._size} bytes; push the image again")
                return data
            if self._position >= self._size:
                return b""
            self._dropped("it ended early")

    def _dropped(self, why: str) -> None:
        """Count a broken connection, and take up where it broke."""
        self._drops = 1 if self._position - self._last_drop >= _PROGRESS else self._drops + 1
        self._drops_at_all += 1
        self._last_drop = self._position
        if self._drops > _MOST_DROPS or self._drops_at_all > _MOST_DROPS_AT_ALL:
            raise TransportError(
                f"{self._owner} broke off {self._drops_at_all} times, last after {self._position} bytes ({why}); "
                "try again later"
            )
        self._pause(0.1 * 2**self._drops)
        self._connect()

    def _connect(self) -> None:
        if self._response is not None:
            self._response.close()
        self._response = self._fetch(self._position)
        self._chunks = self._response.iter_raw()
        if self._response.status_code == 416:
            raise IntegrityError(f"{self._owner} has fewer than its {self._size} bytes; push the image again")
        start, total = _extent(self._response)
        if total >= 0 and self._size >= 0 and total != self._size:
            raise IntegrityError(f"{self._owner} should have {self._size} bytes but has {total}; push the image again")
        self._size = total if self._size < 0 else self._size
        if start > self._position:
            raise IntegrityError(f"{self._owner} was sent from the wrong place on; try again, or check the registry")
        self._known = self._position - start


def _extent(response: httpx.Response) -> tuple[int, int]:
    """(first byte, size of the whole blob or -1) that an answer states."""
    match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if response.status_code == 206 and match:
        return int(match[1]), -1 if match[3] == "*" else int(match[3])
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isascii() and length.isdigit() and len(length) < 20 else -1
