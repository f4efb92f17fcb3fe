"""One pass over a layer's tar: every name, and what is found in the files that a cataloger wants.

A wanted file is parsed when it streams past and then released. The last entry of a path wins, and a path whose folder was
replaced by a later entry is gone with all that was found in it. Limits.kept_bytes bounds the names.
"""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from threading import Lock

from hullmark.catalogers.base import Cataloger
from hullmark.errors import LimitExceeded
from hullmark.formats.executable import unread
from hullmark.formats.parts import Around, Kept
from hullmark.inventory.aliases import Aliases
from hullmark.inventory.found import Found
from hullmark.inventory.globs import Matcher
from hullmark.inventory.recent import Recent
from hullmark.layers.names import META, OPAQUE, WHITEOUT, clean, folder_of
from hullmark.layers.tar import FILE, FOLDER, HARDLINK, OTHER, SYMLINK, Entry, Tar
from hullmark.model import Exposure
from hullmark.settings import MIB, Limits

READER = "layer"  # the cataloger that Problem rows of this stage name
NAME_BYTES = 64  # beside its text, for a name in memory
PLAIN, OPEN = ord("0"), frozenset(b"2367")  # digits of a mode as tars write it: no special bits; everybody may write
MODES = ((0o4000, "setuid"), (0o2000, "setgid"), (0o0002, "world-writable"))
HUGE = 16 * MIB  # files above it are read one at a time, however many threads read layers
SPARED = 8 * MIB  # bytes from which on only those parts of a file are kept that are read
PROGRAM = MIB // 2  # bytes from which on it is worth leaving machine code out
HEADERS = 4096  # bytes in which a program says where its code is
_HUGE_FILES = Lock()


@dataclass(slots=True)
class Contents:
    """What a layer holds; all paths are clean."""

    found: Found
    names: dict[str, str] = field(default_factory=dict)  # path -> kind (file, hardlink, symlink, folder, other)
    targets: dict[str, str] = field(default_factory=dict)  # of symbolic links (as stated) and hard links (as a path)
    whiteouts: set[str] = field(default_factory=set)
    opaque: set[str] = field(default_factory=set)
    wanted: set[str] = field(default_factory=set)  # of the names: wanted for their path, or something was found; no folders
    facts: dict[str, tuple[int, int]] = field(default_factory=dict)  # size and mode of wanted files
    unread: set[str] = field(default_factory=set)  # wanted hard links to content that is not known
    aliases: Aliases = field(default_factory=Aliases)  # of files that were recognised by their content
    twins: Aliases = field(default_factory=Aliases)  # of files that say the same at all of these paths
    recent: Recent = field(default_factory=Recent)

    def readers_of_link(self, path: str, wanting: Sequence[Cataloger]) -> list[Cataloger]:
        """The catalogers, of those that want a hard link for its path, that have not read the file for its content."""
        told = {name for name, _ in self.found.by_content.get(self.aliases.first(path), ())}
        return [cataloger for cataloger in wanting if cataloger.name not in told]

    def names_of_one_file(self) -> list[tuple[str, str]]:
        """(other name, name at which what the file says is reported), by path."""
        return sorted({*self.aliases.pairs(), *self.twins.pairs()})

    def drop(self, path: str) -> None:
        """Forget a name and all about it."""
        self.names.pop(path, None)
        self.targets.pop(path, None)
        if path in self.wanted:
            self.wanted.discard(path)
            self.unread.discard(path)
            self.facts.pop(path, None)
            self.recent.drop(path)
            self.found.drop(path, self.aliases.drop(path), self.twins.drop(path))


class Collector:
    """Fills Contents from a tar."""

    def __init__(self, matcher: Matcher, limits: Limits, owner: str) -> None:
        self.contents = Contents(Found(limits, owner))
        self.matcher = matcher
        self._limits = limits
        self._owner = owner
        self.spent = 0

    def collect(self, tar: Tar) -> Contents:  # noqa: C901  the hot loop: a call an entry costs more than a branch
        """All of the tar; raises what the tar raises, and LimitExceeded when there is too much to keep."""
        names, wants, magic = self.contents.names, self.matcher.wants, self.matcher.magic
        folders = self.matcher.folder_heads
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
                if wants(path):
                    self._keep(path, entry, tar)
                elif entry.kind == FILE:
                    if tar.begins(magic):
                        self._read(path, entry, tar, [])
                elif entry.kind == HARDLINK:
                    self._note_alias(path)
                elif path.startswith(folders) and entry.kind == FOLDER:
                    self._enter(path, entry)
                if entry.block[103] != PLAIN or entry.block[106] in OPEN:
                    self._note_mode(path, entry)
        _settle(self.contents)
        return self.contents

    def _spend(self, count: int) -> None:
        self.spent += count
        if self.spent > self._limits.kept_bytes:
            raise LimitExceeded(
                f"{self._owner} has more than {self._limits.kept_bytes} bytes of names; raise HULLMARK_LIMIT_KEPT_BYTES"
            )

    def _hide(self, path: str) -> None:
        folder, name = folder_of(path), path[path.rfind("/") + 1 :]
        if name == OPAQUE:
            self.contents.opaque.add(folder)
        elif not name.startswith(META):
            hidden = name.removeprefix(WHITEOUT)
            if hidden in {"", ".", ".."}:
                self.contents.found.report(path, READER, "the whiteout names nothing that it could hide")
            else:
                self.contents.whiteouts.add(f"{folder}/{hidden}" if folder else hidden)

    def _keep(self, path: str, entry: Entry, tar: Tar) -> None:
        """Take a path that a cataloger wants, whatever is there; folders hold nothing themselves."""
        if entry.kind == FOLDER:
            return
        self._want(path)
        wanting = self.matcher.catalogers_of(path)
        if entry.kind == FILE:
            self._read(path, entry, tar, wanting)
        elif entry.kind == HARDLINK:
            self._link(path, entry, wanting)
        elif entry.kind == OTHER:
            for cataloger in wanting:
                self.contents.found.report(path, cataloger.name, "it is a device or a pipe, not a file")

    def _enter(self, path: str, entry: Entry) -> None:
        """Ask the catalogers that want a folder for its path; only one that tells something is kept."""
        self.contents.found.read(path, b"", self.matcher.catalogers_of_folder(path))
        if path in self.contents.found.by_path:
            self._want(path)
            self.contents.facts[path] = (0, entry.mode)

    def _want(self, path: str) -> None:
        self.contents.wanted.add(path)
        self._spend(len(path) * path.count("/") // 2)  # what the paths of its folders come to

    def _read(self, path: str, entry: Entry, tar: Tar, by_path: Sequence[Cataloger]) -> None:
        """Let the catalogers read a file that they want for its path or its content; it is in memory only meanwhile."""
        by_content = self.matcher.recognising(tar.begins, by_path)
        found = self.contents.found
        kept = self._kept(entry, tar, by_path, by_content)
        if not found.takes(entry.size, by_path, by_content, entry.size - kept.least if kept else 0):
            found.refuse(path, entry.size, by_path, by_content)
        else:
            with _HUGE_FILES if entry.size > HUGE else nullcontext():
                data = tar.body(kept)
                self._parse(path, data, by_path, by_content, entry.size - kept.count if kept else 0)
        if by_path:
            self.contents.facts[path] = (entry.size, entry.mode)
        elif path in found.by_content:
            self.contents.facts[path] = (entry.size, entry.mode)
            self._want(path)

    def _parse(
        self, path: str, data: bytes, by_path: Sequence[Cataloger], by_content: Sequence[Cataloger], left_out: int = 0
    ) -> None:
        self.contents.found.read(path, data, by_path, by_content, left_out)
        if by_path:
            self.contents.recent.keep(path, data)

    def _kept(self, entry: Entry, tar: Tar, by_path: Sequence[Cataloger], by_content: Sequence[Cataloger]) -> Kept | None:
        """What is kept of a file, None if that is all of it: what its one cataloger reads, or a program without its code.

        The code is left out where nobody who reads the program reads it, and else where the program is too large.
        """
        size, limits = entry.size, self._limits
        if size > limits.program_bytes:
            return None
        if size >= SPARED and len(by_path) == 1 and not by_content and by_path[0].parts and not tar.is_sparse:
            return Kept(by_path[0].parts(), 0, limits.large_bytes)
        if size < (PROGRAM if all(item.magic or item.without_code for item in by_path) else limits.large_bytes + 1):
            return None
        holes = [hole for hole in unread(tar.head(HEADERS)) if hole[1] <= size]
        return Kept(Around(holes), size - sum(end - begin for begin, end in holes), size) if holes else None

    def _link(self, path: str, entry: Entry, wanting: Sequence[Cataloger]) -> None:
        """A hard link at a path that is wanted: its content is the target's at this moment."""
        target = clean(entry.link)
        self._note_alias(path)
        wanting = self.contents.readers_of_link(path, wanting)
        if not wanting:
            return
        data = self.contents.recent.get(target)
        if self._reads_as(path, target, wanting):
            self.contents.twins.add(path, target)
        elif data is not None:
            self._parse(path, data, wanting, [])
        else:
            self.contents.unread.add(path)
            self.contents.facts[path] = (0, entry.mode)
            return
        self.contents.facts[path] = self.contents.facts[target]

    def _reads_as(self, path: str, target: str, wanting: Sequence[Cataloger]) -> bool:
        """Whether the same catalogers have read the target for its path, and would find the same at this one."""
        if target not in self.contents.facts or target in self.contents.unread:
            return False
        return self.matcher.read_alike(path, target, wanting)

    def _note_mode(self, path: str, entry: Entry) -> None:
        """Whose rights a program takes on, and who may change a file."""
        for bit, kind in MODES if entry.kind == FILE else ():
            if entry.mode & bit:
                self.contents.found.note(path, READER, Exposure(kind, f"mode {entry.mode:04o}"))
                self.contents.facts[path] = (entry.size, entry.mode)
                self._want(path)

    def _note_alias(self, path: str) -> None:
        target = self.contents.targets.get(path, "")
        if target in self.contents.found.by_content or target in self.contents.aliases:
            self.contents.aliases.add(path, target)
            self._want(path)


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
