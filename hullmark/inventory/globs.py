"""Which catalogers want a file: all their globs as one matcher, which most paths leave after three string comparisons.

Files that no glob wants may still be recognised by their first bytes.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache

from hullmark.catalogers import catalogers
from hullmark.catalogers.base import WILDCARD, Cataloger, glob_pattern
from hullmark.profile import Profile


class Matcher:
    """Answers for any number of paths; see `Cataloger.globs` for what `*`, `**/` and `?` match."""

    def __init__(self, wanting: Iterable[Cataloger], profile: Profile | None = None) -> None:
        wanting = tuple(wanting)
        self.profile = profile  # which is told where the time of reading a layer goes
        self.magic = tuple(sorted({magic for cataloger in wanting for magic in cataloger.magic}))
        self._recognising = [cataloger for cataloger in wanting if cataloger.magic]
        self._globs = [(glob_pattern(glob), cataloger) for cataloger in wanting for glob in cataloger.globs]
        self._names: set[str] = set()
        self._heads: tuple[str, ...] = ()
        self._starts: tuple[str, ...] = ()
        self._tails: tuple[str, ...] = ()
        for cataloger in wanting:
            for glob in cataloger.globs:
                self._sieve(glob)
        self._any = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in self._globs) or r"(?!)", re.DOTALL)

    def wants(self, path: str) -> bool:
        """Whether any cataloger wants the path."""
        name = path[path.rfind("/") + 1 :]
        if (
            name in self._names
            or path.endswith(self._tails)
            or path.startswith(self._heads)
            or name.startswith(self._starts)
        ):
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
        """Remember the cheapest thing that all paths of the glob have: a name, its end or its beginning, or their own."""
        last = glob.rpartition("/")[2]
        fixed = WILDCARD.split(last)
        if len(fixed) == 1:
            self._names.add(last)
        elif fixed[-1]:
            self._tails += (fixed[-1],)
        elif fixed[0]:
            self._starts += (fixed[0],)
        else:
            head = WILDCARD.split(glob)[0]
            if not head:
                raise ValueError(f"the glob {glob} fits any path, so that every path would be compared with every glob")
            self._heads += (head,)


@cache
def matcher() -> Matcher:
    """The matcher of all catalogers."""
    return Matcher(catalogers())


@cache
def fixed_paths() -> tuple[str, ...]:
    """The globs without a wildcard: the places where an operating system keeps its release and its packages."""
    globs = {glob for cataloger in catalogers() if cataloger.follows for glob in cataloger.globs}
    return tuple(sorted(glob for glob in globs if not WILDCARD.search(glob)))
