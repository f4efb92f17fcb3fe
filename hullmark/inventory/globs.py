"""Which catalogers want a file: all their globs as one matcher, which most paths leave after three string comparisons.

Files that no glob wants may still be recognised by their first bytes.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property

from hullmark.catalogers import catalogers
from hullmark.catalogers.base import WILDCARD, Cataloger, glob_pattern
from hullmark.profile import Profile


class _Globs:
    """Some globs: whether any of them fits a path, and whose those are that do. Nothing is compiled before it is needed."""

    def __init__(self) -> None:
        self._globs: list[tuple[str, int]] = []  # with the number of the cataloger

    def add(self, glob: str, number: int) -> None:
        """One more glob of a cataloger."""
        self._globs.append((glob, number))

    @cached_property
    def fits(self) -> Callable[[str], re.Match[str] | None]:
        """Answers for a path."""
        return re.compile(
            "|".join(f"(?:{pattern.pattern})" for pattern, _ in self._patterns) or r"(?!)", re.DOTALL
        ).fullmatch

    def numbers(self, path: str) -> Iterator[int]:
        """The catalogers whose globs fit."""
        return (number for pattern, number in self._patterns if pattern.fullmatch(path))

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], int]]:
        return [(glob_pattern(glob), number) for glob, number in self._globs]


class Matcher:
    """Answers for any number of paths; see `Cataloger.globs` for what `*`, `**/` and `?` match.

    A path is compared only with globs that have its name, its ending from the last dot on, or the beginning of either.
    """

    def __init__(self, wanting: Iterable[Cataloger], profile: Profile | None = None) -> None:
        self.profile = profile  # which is told where the time of reading a layer goes
        self._catalogers = tuple(wanting)
        self.magic = tuple(sorted({magic for cataloger in self._catalogers for magic in cataloger.magic}))
        self._recognising = [cataloger for cataloger in self._catalogers if cataloger.magic]
        self._names: dict[str, _Globs] = {}
        self._endings: dict[str, _Globs] = {}
        self._others = _Globs()
        self._folders = _Globs()
        self.folder_heads: tuple[str, ...] = ()  # how paths begin of folders that may be wanted
        self._heads: tuple[str, ...] = ()
        self._starts: tuple[str, ...] = ()
        self._tails: tuple[str, ...] = ()
        for number, cataloger in enumerate(self._catalogers):
            for glob in cataloger.globs:
                self._place(glob).add(glob, number)

    def wants(self, path: str) -> bool:
        """Whether any cataloger wants the path."""
        name = path[path.rfind("/") + 1 :]
        named = self._names.get(name)
        if named and named.fits(path):
            return True
        ending = self._endings.get(name[name.rfind(".") :])
        if ending and ending.fits(path):
            return True
        if path.endswith(self._tails) or path.startswith(self._heads) or name.startswith(self._starts):
            return self._others.fits(path) is not None
        return False

    def catalogers_of(self, path: str) -> list[Cataloger]:
        """The catalogers that want the path, each once, in the order they were given."""
        name = path[path.rfind("/") + 1 :]
        asked = (self._names.get(name), self._endings.get(name[name.rfind(".") :]), self._others)
        numbers = {number for globs in asked if globs for number in globs.numbers(path)}
        return [self._catalogers[number] for number in sorted(numbers)]

    def catalogers_of_folder(self, path: str) -> list[Cataloger]:
        """The catalogers that want a folder, in the order they were given."""
        return [self._catalogers[number] for number in sorted(set(self._folders.numbers(f"{path}/")))]

    def recognising(self, begins: Callable[[tuple[bytes, ...]], bool], others: Iterable[Cataloger]) -> list[Cataloger]:
        """The catalogers that want a file for its first bytes; `others` want it anyway, for its path, and are left out."""
        known = {cataloger.name for cataloger in others}
        return [item for item in self._recognising if item.name not in known and begins(item.magic)]

    def _place(self, glob: str) -> _Globs:
        """Where a glob is kept, by the cheapest thing that all its paths have: a name, its end, its or their beginning."""
        last = glob.rpartition("/")[2]
        if not last:
            self.folder_heads += (WILDCARD.split(glob)[0],)
            return self._folders
        fixed = WILDCARD.split(last)
        if len(fixed) == 1:
            return self._names.setdefault(last, _Globs())
        if "." in fixed[-1]:
            return self._endings.setdefault(fixed[-1][fixed[-1].rfind(".") :], _Globs())
        if fixed[-1]:
            self._tails += (fixed[-1],)
        elif fixed[0]:
            self._starts += (fixed[0],)
        else:
            head = WILDCARD.split(glob)[0]
            if not head:
                raise ValueError(f"the glob {glob} fits any path, so that every path would be compared with every glob")
            self._heads += (head,)
        return self._others


@cache
def matcher() -> Matcher:
    """The matcher of all catalogers."""
    return Matcher(catalogers())


@cache
def fixed_paths() -> tuple[str, ...]:
    """The globs without a wildcard: the places where an operating system keeps its release and its packages."""
    globs = {glob for cataloger in catalogers() if cataloger.follows for glob in cataloger.globs}
    return tuple(sorted(glob for glob in globs if not WILDCARD.search(glob)))
