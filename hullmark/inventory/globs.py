"""Which catalogers want a file: all their globs as one matcher, which most paths leave after three string comparisons.

Files that no glob wants may still be recognised by their first bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from hullmark.catalogers import catalogers
from hullmark.catalogers._glob import WILDCARD, Fits, glob_test
from hullmark.catalogers.base import Cataloger
from hullmark.profile import Profile


class _Globs:
    """Some globs: whether any of them fits a path, and whose those are that do."""

    def __init__(self) -> None:
        self._tests: list[tuple[Fits, int]] = []  # with the number of the cataloger

    def add(self, glob: str, number: int) -> None:
        """One more glob of a cataloger."""
        self._tests.append((glob_test(glob), number))

    def fits(self, path: str) -> bool:
        """Whether any glob fits."""
        for test, _ in self._tests:  # noqa: SIM110  a loop is faster than any()
            if test(path):
                return True
        return False

    def numbers(self, path: str) -> Iterator[int]:
        """The catalogers whose globs fit."""
        return (number for test, number in self._tests if test(path))


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
        self._by_tail: dict[str, _Globs] = {}
        self._by_start: dict[str, _Globs] = {}
        self._by_head: dict[str, _Globs] = {}
        self._folders = _Globs()
        self.folder_heads: tuple[str, ...] = ()  # how paths begin of folders that may be wanted
        for number, cataloger in enumerate(self._catalogers):
            for glob in cataloger.globs:
                self._place(glob).add(glob, number)
        self._tails, self._starts, self._heads = tuple(self._by_tail), tuple(self._by_start), tuple(self._by_head)

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
            return any(globs.fits(path) for globs in self._others(path, name))
        return False

    def catalogers_of(self, path: str) -> list[Cataloger]:
        """The catalogers that want the path, each once, in the order they were given."""
        name = path[path.rfind("/") + 1 :]
        asked = (self._names.get(name), self._endings.get(name[name.rfind(".") :]), *self._others(path, name))
        numbers = {number for globs in asked if globs for number in globs.numbers(path)}
        return [self._catalogers[number] for number in sorted(numbers)]

    def read_alike(self, path: str, other: str, wanting: Sequence[Cataloger]) -> bool:
        """Whether the catalogers that want `path` want `other` as well, all of them, and find the same in equal bytes."""
        return self.catalogers_of(other) == wanting and all(
            cataloger.reads_as is not None and cataloger.reads_as(path) == cataloger.reads_as(other) for cataloger in wanting
        )

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
            return self._by_tail.setdefault(fixed[-1], _Globs())
        if fixed[0]:
            return self._by_start.setdefault(fixed[0], _Globs())
        head = WILDCARD.split(glob)[0]
        if not head:
            raise ValueError(f"the glob {glob} fits any path, so that every path would be compared with every glob")
        return self._by_head.setdefault(head, _Globs())

    def _others(self, path: str, name: str) -> Iterator[_Globs]:
        """The globs that are kept by a beginning or an end that the path or its name has."""
        for tail, globs in self._by_tail.items():
            if path.endswith(tail):
                yield globs
        for start, globs in self._by_start.items():
            if name.startswith(start):
                yield globs
        for head, globs in self._by_head.items():
            if path.startswith(head):
                yield globs


@cache
def matcher() -> Matcher:
    """The matcher of all catalogers."""
    return Matcher(catalogers())


@cache
def fixed_paths() -> tuple[str, ...]:
    """The globs without a wildcard: the places where an operating system keeps its release and its packages."""
    globs = {glob for cataloger in catalogers() if cataloger.follows for glob in cataloger.globs}
    return tuple(sorted(glob for glob in globs if not WILDCARD.search(glob)))
