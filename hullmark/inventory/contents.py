"""One pass over a layer's tar: every name, and the content of the files that a cataloger wants.

The last entry of a path wins, and a path whose folder was replaced by a later entry is gone. Memory is bounded by
Limits.kept_bytes, which counts names as well as contents.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hullmark.errors import LimitExceeded
from hullmark.inventory.globs import Matcher
from hullmark.layers.names import META, OPAQUE, WHITEOUT, clean, folder_of
from hullmark.layers.tar import FILE, FOLDER, HARDLINK, OTHER, SYMLINK, Entry, Tar
from hullmark.model import Problem
from hullmark.settings import Limits

READER = "layer"  # the cataloger that Problem rows of this stage name
NAME_BYTES = 64  # beside its text, for a name in memory


@dataclass(frozen=True, slots=True)
class Kept:
    """A wanted file; `data` is None while it is a hard link to a file whose content was not kept."""

    size: int
    mode: int
    data: bytes | None


@dataclass(slots=True)
class Contents:
    """What a layer holds; all paths are clean."""

    names: dict[str, str] = field(default_factory=dict)  # path -> kind (file, hardlink, symlink, folder, other)
    targets: dict[str, str] = field(default_factory=dict)  # of symbolic links (as stated) and hard links (as a path)
    whiteouts: set[str] = field(default_factory=set)
    opaque: set[str] = field(default_factory=set)
    wanted: set[str] = field(default_factory=set)  # of the names, those that a cataloger wants; no folders
    kept: dict[str, Kept] = field(default_factory=dict)
    problems: dict[str, list[Problem]] = field(default_factory=dict)  # by path

    def drop(self, path: str) -> None:
        """Forget a name and all about it."""
        self.names.pop(path, None)
        self.wanted.discard(path)
        for about in (self.targets, self.kept, self.problems):
            about.pop(path, None)


class Collector:
    """Fills Contents from a tar."""

    def __init__(self, matcher: Matcher, limits: Limits, owner: str) -> None:
        self.contents = Contents()
        self._matcher = matcher
        self._limits = limits
        self._owner = owner
        self.spent = 0

    def collect(self, tar: Tar) -> Contents:
        """All of the tar; raises what the tar raises, and LimitExceeded when there is too much to keep."""
        names, wants = self.contents.names, self._matcher.wants
        for entry in tar:
            path = clean(entry.name)
            self._spend(len(path) + len(entry.link) + NAME_BYTES)
            if path.startswith(WHITEOUT, path.rfind("/") + 1):
                self._hide(path)
                continue
            if path in names:  # the last one counts, and `names` stays in order
                self.contents.drop(path)
            if path:
                names[path] = entry.kind
                if entry.link:
                    self.contents.targets[path] = clean(entry.link) if entry.kind == HARDLINK else entry.link
                if wants(path) and entry.kind != FOLDER:
                    self._keep(path, entry, tar)
        _settle(self.contents)
        return self.contents

    def _spend(self, count: int) -> None:
        self.spent += count
        if self.spent > self._limits.kept_bytes:
            raise LimitExceeded(
                f"{self._owner} has more than {self._limits.kept_bytes} bytes of names and package files; raise the limit "
                "kept_bytes"
            )

    def _hide(self, path: str) -> None:
        folder, name = folder_of(path), path[path.rfind("/") + 1 :]
        if name == OPAQUE:
            self.contents.opaque.add(folder)
        elif not name.startswith(META):
            hidden = name.removeprefix(WHITEOUT)
            if hidden in {"", ".", ".."}:
                reason = "the whiteout names nothing that it could hide"
                self.contents.problems[path] = [Problem(path, READER, reason)]
            else:
                self.contents.whiteouts.add(f"{folder}/{hidden}" if folder else hidden)

    def _keep(self, path: str, entry: Entry, tar: Tar) -> None:
        self.contents.wanted.add(path)
        depth = path.count("/")
        self._spend(len(path) * depth // 2)  # what the paths of its folders come to
        if entry.kind == FILE and entry.size <= self._most(path):
            self._spend(entry.size)
            self.contents.kept[path] = Kept(entry.size, entry.mode, tar.body())
        elif entry.kind == FILE:
            self._problem(path, f"the file has {entry.size} bytes, more than are read of such a file")
        elif entry.kind == OTHER:
            self._problem(path, "it is a device or a pipe, not a file")
        elif entry.kind == HARDLINK:
            found = self.contents.kept.get(clean(entry.link))
            self.contents.kept[path] = Kept(found.size, found.mode, found.data) if found else Kept(0, entry.mode, None)

    def _most(self, path: str) -> int:
        """The most bytes that any cataloger reads of the path; the others' own limits are asked when it is parsed."""
        wanting = self._matcher.catalogers_of(path)
        return max(min(cataloger.max_bytes or self._limits.file_bytes, self._limits.file_bytes) for cataloger in wanting)

    def _problem(self, path: str, reason: str) -> None:
        found = self._matcher.catalogers_of(path)
        self.contents.problems[path] = [Problem(path, cataloger.name, reason) for cataloger in found]


def _settle(contents: Contents) -> None:
    """Where a file and something below it are both in the layer, the later one stays.

    What follows a symbolic link goes through it; that is seen when the layers are stacked.
    """
    ranks: dict[str, int] = {}
    replaced = [(above, path) for path in contents.wanted for above in _files_above(path, contents.names)]
    for above, path in replaced:
        ranks = ranks or {name: rank for rank, name in enumerate(contents.names)}
        if ranks[above] > ranks[path]:
            contents.drop(path)
        elif contents.names.get(above, FOLDER) not in {FOLDER, SYMLINK}:
            contents.drop(above)
            contents.names[above] = FOLDER


def _files_above(path: str, names: dict[str, str]) -> Iterator[str]:
    above = folder_of(path)
    while above:
        if names.get(above, FOLDER) != FOLDER:
            yield above
        above = folder_of(above)
