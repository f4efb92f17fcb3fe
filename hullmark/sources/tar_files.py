"""A tar archive, plain or in gzip, as Files: indexed once, then every file is opened on its own place in it."""

import io
from pathlib import Path
from typing import BinaryIO, cast

from hullmark.errors import CorruptData, NotFound, Unsupported
from hullmark.settings import Limits
from hullmark.sources.files import join
from hullmark.sources.gzip_seek import GzipFile, ResumePoints
from hullmark.sources.tar_index import Entry, read_tar_index

_MOST_HOPS = 16
_BUFFER = 256 * 1024
_COMPRESSED = (
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
)


class TarFiles:
    """See `hullmark.sources.files.Files`; raises what `read_tar_index` does, and Unsupported for other compressions."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        self.path = path
        self._points: ResumePoints | None = None
        with path.open("rb") as file:
            head = file.read(6)
        for magic, name in _COMPRESSED:
            if head.startswith(magic):
                raise Unsupported(f"{path} is compressed with {name}, of which only the layers may be; unpack it first")
        if head.startswith(b"\x1f\x8b"):
            self._points = ResumePoints()
        with self._stream() as stream:
            self._entries = read_tar_index(stream, limits or Limits(), str(path))

    def size(self, name: str) -> int | None:
        """See Files."""
        entry = self._follow(name)
        return entry.size if entry else None

    def open(self, name: str) -> BinaryIO:
        """See Files."""
        entry = self._follow(name)
        if entry is None:
            raise NotFound(f"{name} is not in {self.path}; fetch or export the image again")
        return cast(BinaryIO, io.BufferedReader(_Window(self._stream(), entry, str(self.path)), _BUFFER))

    def close(self) -> None:
        """Drop the resume points."""
        self._points = ResumePoints() if self._points else None

    def _stream(self) -> BinaryIO:
        if self._points is None:
            return self.path.open("rb")
        return cast(BinaryIO, io.BufferedReader(GzipFile(self.path, self._points), _BUFFER))

    def _follow(self, name: str) -> Entry | None:
        """The regular file that `name` leads to."""
        for _ in range(_MOST_HOPS):
            entry = self._entries.get(name)
            if entry is None or not (entry.symlink or entry.hardlink):
                return entry
            name = entry.hardlink or join(entry.name.rpartition("/")[0], entry.symlink)
        raise CorruptData(f"the links of {self.path} lead nowhere; fetch or export the archive again")


class _Window(io.RawIOBase):
    """The bytes of one entry; owns the stream it lies in."""

    def __init__(self, stream: BinaryIO, entry: Entry, owner: str) -> None:
        super().__init__()
        self._stream = stream
        self._entry = entry
        self._owner = owner
        self._position = 0
        stream.seek(entry.offset)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._entry.size}[whence]
        self._position = max(0, base + offset)
        self._stream.seek(self._entry.offset + min(self._position, self._entry.size))
        return self._position

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # RawIOBase hands over something with a buffer
        wanted = min(len(view), max(0, self._entry.size - self._position))
        data = self._stream.read(wanted) if wanted else b""
        if wanted and not data:
            raise CorruptData(f"{self._owner} ends early, it is truncated; fetch or export the archive again")
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()
