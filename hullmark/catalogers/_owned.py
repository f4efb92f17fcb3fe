"""Lists of the files that an OS package put into an image, as package managers keep them."""

import re
from collections.abc import Iterable, Iterator

from hullmark.errors import CorruptData
from hullmark.model import Owned

LONGEST = 4096  # bytes of a path; no file system of Linux holds a longer one
RATIO = 16  # letters of all paths to bytes of their list; real ones have one or two, as a folder stands for many files

_OWNER = re.compile(r"[!-~]{1,256}")
_LINE = re.compile(r"[^\n]+")  # nothing else ends one, as names may hold the rest


def lines(data: bytes) -> Iterator[str]:
    """The lines of a file that are not empty; bytes that are no UTF-8 become U+FFFD."""
    return (found[0] for found in _LINE.finditer(data.decode("utf-8", "replace")))


def owned(owner: str, paths: Iterable[str], room: int) -> Iterator[Owned]:
    """What `owner` owns of the paths, written as in a layer; nothing when there is none, or no owner that has a name.

    A folder that is listed before what lies in it is left out: several packages own it. Raises CorruptData when the paths
    have more than `room` letters, as when one long folder is named for millions of files.
    """
    files: list[str] = []
    last = "/"
    for stated in paths:
        path = stated.lstrip("/")
        if path.startswith(last) and files:
            files.pop()
        if 0 < len(path) <= LONGEST:
            files.append(path)
            last = path + "/"
            room -= len(path)
            if room < 0:
                raise CorruptData("its list of files is larger than any real one, so it is not known what it owns")
    if files and _OWNER.fullmatch(owner):
        yield Owned(owner, tuple(files))
