"""What the catalogers find in one layer, file by file, while the layer streams past."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hullmark.catalogers.base import Cataloger, Find
from hullmark.errors import HullmarkError, LimitExceeded
from hullmark.model import Owned, Package, Problem
from hullmark.settings import Limits

Finds = list[tuple[str, Find]]  # cataloger, what it found
Readers = Sequence[Cataloger]


class Found:
    """The finds of every file; what is found in a file goes when the file is replaced."""

    def __init__(self, limits: Limits, owner: str) -> None:
        self.by_path: dict[str, Finds] = {}  # of files that are wanted for their path
        self.by_content: dict[str, Finds] = {}  # of files that were recognised
        self.owned: dict[str, list[tuple[str, Owned]]] = {}  # type of the owners, and file list, by the path that states it
        self._limits = limits
        self._owner = owner
        self._packages = 0

    def read(self, path: str, data: bytes, by_path: Readers, by_content: Readers = (), left_out: int = 0) -> None:
        """Run over one file the catalogers that want it for its path and for its content. Raises LimitExceeded.

        A package that several catalogers find in the file is the first one's: rows of one file differ in type, name,
        version or architecture. `left_out` bytes of the file were not kept.
        """
        seen: set[tuple[str, ...]] = set()
        for cataloger, most, finds in self._readers(by_path, by_content):
            if _kept(cataloger, len(data), left_out) > most:
                finds.setdefault(path, []).append((cataloger.name, _too_large(path, cataloger, len(data))))
                continue
            for item in (
                _spared(cataloger, path, data)
                if cataloger.without_code and len(data) > most
                else _guarded(cataloger, path, data)
            ):
                if isinstance(item, Owned):
                    self.owned.setdefault(path, []).append((cataloger.type, item))
                elif not isinstance(item, Package) or self._is_new(item, seen):
                    finds.setdefault(path, []).append((cataloger.name, item))

    def takes(self, size: int, by_path: Readers, by_content: Readers, left_out: int = 0) -> bool:
        """Whether any cataloger reads a file of this size, of which so much is left out."""
        return any(_kept(item, size, left_out) <= most for item, most, _ in self._readers(by_path, by_content))

    def refuse(self, path: str, size: int, by_path: Readers, by_content: Readers) -> None:
        """Note that a file is too large for all of its catalogers."""
        for cataloger, _, finds in self._readers(by_path, by_content):
            finds.setdefault(path, []).append((cataloger.name, _too_large(path, cataloger, size)))

    def report(self, path: str, cataloger: str, reason: str) -> None:
        """Note a problem of a path that no cataloger got to read."""
        self.by_path.setdefault(path, []).append((cataloger, Problem(path, cataloger, reason)))

    def note(self, path: str, reader: str, item: Find) -> None:
        """Note what is known of a file without reading it."""
        self.by_content.setdefault(path, []).append((reader, item))

    def drop(self, path: str, heir: str = "", twin: str = "") -> None:
        """Forget what was found in a file; other names of it keep that: `heir` what its content told, `twin` what it
        told at its path.
        """
        self.owned.pop(path, None)
        for finds, other in ((self.by_path, twin), (self.by_content, heir)):
            told = finds.pop(path, None)
            if told and other:
                finds[other] = [(name, _at(other, item)) for name, item in told]

    def items(self) -> Iterator[tuple[str, str, Find]]:
        """(path, cataloger, find), by path."""
        for path in sorted(self.by_path.keys() | self.by_content.keys()):
            for finds in (self.by_path, self.by_content):
                for cataloger, item in finds.get(path, ()):
                    yield path, cataloger, item

    def _readers(self, by_path: Readers, by_content: Readers) -> Iterator[tuple[Cataloger, int, dict[str, Finds]]]:
        """Each cataloger with the most bytes that it reads, and where its finds go."""
        for cataloger in by_path:
            yield cataloger, self._most(cataloger, self._limits.file_bytes), self.by_path
        for cataloger in by_content:
            yield cataloger, self._most(cataloger, self._limits.large_bytes), self.by_content

    def _most(self, cataloger: Cataloger, usual: int) -> int:
        return min(cataloger.max_bytes, self._limits.large_bytes) or usual

    def _is_new(self, package: Package, seen: set[tuple[str, ...]]) -> bool:
        identity = (package.type, package.name, package.version, package.arch)
        if identity in seen:
            return False
        seen.add(identity)
        self._count()
        return True

    def _count(self) -> None:
        self._packages += 1
        if self._packages > self._limits.packages:
            raise LimitExceeded(
                f"{self._owner} has more than {self._limits.packages} packages; raise HULLMARK_LIMIT_PACKAGES"
            )


def _guarded(cataloger: Cataloger, path: str, data: bytes) -> Iterator[Find]:
    """What a cataloger yields; what it raises becomes one Problem, what it had yielded before stays."""
    try:
        yield from cataloger.parse(path, data)
    except (HullmarkError, ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, HullmarkError) else f"it cannot be parsed ({type(error).__name__})"
        yield Problem(path, cataloger.name, reason)


def _spared(cataloger: Cataloger, path: str, data: bytes) -> Iterator[Find]:
    """As `_guarded`, of a program without its code; finding nothing is one Problem, as it may have stood there."""
    found = list(_guarded(cataloger, path, data))
    yield from found or [
        Problem(
            path, cataloger.name, f"the program has {len(data)} bytes, too many to read its code, and the rest says nothing"
        )
    ]


def _kept(cataloger: Cataloger, size: int, left_out: int) -> int:
    """How many bytes of a file a cataloger takes; one that does not know of parts gets none of it spared."""
    return size - left_out if cataloger.magic or cataloger.without_code or cataloger.parts else size


def _too_large(path: str, cataloger: Cataloger, size: int) -> Problem:
    return Problem(path, cataloger.name, f"the file has {size} bytes, more than are read of such a file")


def _at(path: str, item: Find) -> Find:
    return replace(item, path=path) if isinstance(item, Problem) else item
