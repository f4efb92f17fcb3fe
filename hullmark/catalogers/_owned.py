"""Lists of the files that an OS package put into an image, as package managers keep them: one path a line."""

import re
from collections.abc import Iterable, Iterator

from hullmark.model import Owned

OWNER = re.compile(r"[!-~]{1,256}")


def lines(data: bytes) -> list[str]:
    """The lines of a file; bytes that are no UTF-8 become U+FFFD. Only line feeds end a line: names may hold the rest."""
    return data.decode("utf-8", "replace").split("\n")


def owned(owner: str, paths: Iterable[str]) -> Iterator[Owned]:
    """What `owner` owns of the paths, written as in a layer; nothing when there is none, or no owner that has a name.

    A folder that is listed before what lies in it is left out: several packages own it.
    """
    stated = [path.lstrip("/") for path in paths]
    following = [*stated[1:], ""][: len(stated)]
    files = tuple(path for path, after in zip(stated, following, strict=True) if path and not after.startswith(f"{path}/"))
    if files and OWNER.fullmatch(owner):
        yield Owned(owner, files)
