"""Named files of an archive or layout, in a folder or inside a tar; the rest of the sources does not care which."""

import os
import stat
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from hullmark.errors import CorruptData, InputError, LimitExceeded, NotFound

MANIFEST = "manifest.json"  # what Docker's own archives have


class Files(Protocol):
    """Regular files by name (`blobs/sha256/...`); links are followed inside, never out. Safe between threads."""

    path: Path

    def size(self, name: str) -> int | None:
        """The size in bytes, or None when there is no such regular file."""

    def open(self, name: str) -> BinaryIO:
        """The file from its beginning, seekable, to be closed by the caller; raises NotFound and CorruptData."""

    def close(self) -> None:
        """Release what is held; files that are open may fail."""


def read_file(files: Files, name: str, limit: int, owner: str) -> bytes:
    """All of a file of at most `limit` bytes; `owner` names it in words. Raises NotFound, LimitExceeded and CorruptData."""
    size = files.size(name)
    if size is None:
        raise NotFound(f"{owner} is not in {files.path}; fetch or export the image again")
    if size > limit:
        raise LimitExceeded(
            f"{owner} in {files.path} has {size} bytes, more than the {limit} that are read; build or export the image again"
        )
    with files.open(name) as stream:
        return stream.read(limit)


class Folder:
    """A folder as Files; a link that leads out of it counts as absent, and so does what is no regular file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._root = os.path.realpath(path)

    def size(self, name: str) -> int | None:
        """See Files."""
        found = self._find(name)
        return os.stat(found).st_size if found else None  # noqa: PTH116  a string of its own realpath

    def open(self, name: str) -> BinaryIO:
        """See Files."""
        found = self._find(name)
        if found is None:
            raise NotFound(f"{name} is not in {self.path}; fetch or export the image again")
        try:
            return Path(found).open("rb")
        except OSError as error:
            raise InputError(f"{name} in {self.path} cannot be read ({error.strerror}); check its permissions") from None

    def close(self) -> None:
        """Nothing is held."""

    def _find(self, name: str) -> str | None:
        try:
            found = os.path.realpath(f"{self._root}/{name}", strict=True)
            inside = found.startswith(f"{self._root.rstrip('/')}/")
            return found if inside and stat.S_ISREG(os.stat(found).st_mode) else None  # noqa: PTH116
        except (OSError, ValueError):  # absent, a loop of links, too long, or a NUL byte
            return None


def join(folder: str, target: str) -> str:
    """Where a link in `folder` to `target` leads, as a name without `.` and `..`; raises CorruptData when it leads out."""
    parts: list[str] = []
    if target.startswith("/"):
        raise CorruptData("a link of the archive leads out of it; do not trust whoever made it")
    for part in PurePosixPath(folder, target).parts:
        if part == ".." and not parts:
            raise CorruptData("a link of the archive leads out of it; do not trust whoever made it")
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
