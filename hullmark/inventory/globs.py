"""Which catalogers want a file: all their globs as one matcher, which most paths leave after three string comparisons.

Files that no glob wants may still be recognised by their first bytes.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache

from hullmark.catalogers import catalogers
from hullmark.catalogers.base import Cataloger

_PARTS = re.compile(r"(\*\*/|\*|\?)")
_WILD = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}


class Matcher:
    """Answers for any number of paths; see `Cataloger.globs` for what `*`, `**/` and `?` match."""

    def __init__(self, wanting: Iterable[Cataloger]) -> None:
        wanting = tuple(wanting)
        self.magic = tuple(sorted({magic for cataloger in wanting for magic in cataloger.magic}))
        self._recognising = [cataloger for cataloger in wanting if cataloger.magic]
        self._globs = [(_compile(glob), cataloger) for cataloger in wanting for glob in cataloger.globs]
        self._names: set[str] = set()
        self._heads: tuple[str, ...] = ()
        self._tails: tuple[str, ...] = ()
        for cataloger in wanting:
            for glob in cataloger.globs:
                self._sieve(glob)
        self._any = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in self._globs) or r"(?!)", re.DOTALL)

    def wants(self, path: str) -> bool:
        """Whether any cataloger wants the path."""
        if path.endswith(self._tails) or path.startswith(self._heads) or path[path.rfind("/") + 1 :] in self._names:
            return self._any.fullmatch(path) is not None
        return False

    def catalogers_of(self, path: str) -> list[Cataloger]:
        """The catalogers that want the path, each once, in the order they were given."""
        found = {cataloger.name: cataloger for pattern, cataloger in self._globs if pattern.fullmatch(path)}
        return list(found.values())

    def recognising(self, begins: Callable[[tuple[bytes, ...]], bool], others: Iterable[Cataloger]) -> list[Cataloger]:
        """The catalogers that want a file for its first bytes; `others` want it anyway, for its path, and are left out."""
        known = {cataloger.name for cataloger in others}
        return [item for item in self._recognising if item.name not in known and begins(item.magic)]

    def _sieve(self, glob: str) -> None:
        """Remember the cheapest thing that every path of the glob has: its last part, its end, or its beginning."""
        last = glob.rpartition("/")[2]
        fixed = _PARTS.split(last)
        if len(fixed) == 1:
            self._names.add(last)
        elif fixed[-1]:
            self._tails += (fixed[-1],)
        else:
            self._heads += (_PARTS.split(glob)[0],)


def _compile(glob: str) -> re.Pattern[str]:
    return re.compile("".join(_WILD.get(part, re.escape(part)) for part in _PARTS.split(glob)), re.DOTALL)


@cache
def matcher() -> Matcher:
    """The matcher of all catalogers."""
    return Matcher(catalogers())


@cache
def fixed_paths() -> tuple[str, ...]:
    """The globs without a wildcard: the places where an operating system keeps its release and its packages."""
    globs = {glob for cataloger in catalogers() for glob in cataloger.globs}
    return tuple(sorted(glob for glob in globs if not _PARTS.search(glob)))
