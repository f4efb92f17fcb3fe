"""Walk a tar stream: one entry after the other, bodies skipped where they lie unless they are asked for.

ustar, PAX, GNU long names, sparse files of all formats, base-256 numbers. Memory: one piece, and what is asked for.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

from hullmark.errors import CorruptData, LimitExceeded
from hullmark.formats.parts import Parts, Whole
from hullmark.layers.header import BLOCK, ZEROS, is_header, mode_of, name_of, size_of, text_of
from hullmark.layers.pax import Records, decimal, parse_pax
from hullmark.layers.sparse import OLD_IN_BLOCK, OLD_IN_HEADER, Sparse, of_pax, old_pairs, old_size
from hullmark.settings import Limits

FILE, HARDLINK, SYMLINK, FOLDER, OTHER = "file", "hardlink", "symlink", "folder", "other"
KINDS = {
    ord("0"): FILE, 0: FILE, ord("7"): FILE, ord("S"): FILE, ord("1"): HARDLINK, ord("2"): SYMLINK, ord("5"): FOLDER,
    ord("D"): FOLDER,
}  # fmt: skip
NO_BODY = frozenset(b"123456")
HEAD = 64  # bytes, by which a content is recognised
SPARSE_HEAD = 8 * BLOCK  # with a map of a hundred pieces before them
ALL = Whole()
NOTES = frozenset(b"VMN")  # GNU: volume label, continuation of another volume, old long names; no files


class Entry(NamedTuple):
    """One member; `name` as stated, `size` of its content (of the whole file when it is sparse)."""

    name: str
    kind: str
    size: int
    link: str
    block: bytes  # the header itself

    @property
    def mode(self) -> int:
        """The permission bits."""
        return mode_of(self.block)


class Extended:
    """What the headers before an entry say about it."""

    def __init__(self) -> None:
        self.records = Records()
        self.name = ""
        self.link = ""
        self.bytes = 0


class Tar:
    """The entries of a stream of pieces, once; `body` gives the content of the entry that was yielded last."""

    def __init__(self, pieces: Iterator[bytes], limits: Limits, owner: str) -> None:
        self._pieces = pieces
        self._limits = limits
        self._owner = owner
        self._piece = b""
        self._at = 0
        self._left = 0  # bytes of the current body that were not passed yet
        self._padding = 0
        self._sparse: Sparse | None = None

    def __iter__(self) -> Iterator[Entry]:
        """Every member in order, without extension headers; raises CorruptData and LimitExceeded."""
        extended: Extended | None = None
        try:
            for number, block in enumerate(self._headers(), 1):
                if number > self._limits.layer_entries:
                    raise self._too_much("entries", "layer_entries", self._limits.layer_entries)
                kind = block[156]
                if kind in b"xXgLK":
                    extended = extended or Extended()
                    self._extend(kind, block, extended)
                else:
                    entry = self._entry(kind, block, extended)
                    extended = None
                    if entry:
                        yield entry
            if extended:
                raise CorruptData("it ends in the middle of an entry")
        except CorruptData as error:
            if str(error).startswith(self._owner):  # of its compression, and whole
                raise
            raise self._damaged(str(error)) from None

    def body(self, parts: Parts | None = None) -> bytes:
        """The current entry's content; the caller has looked at its size.

        Where `parts` says so, only parts of it, and zeros instead of the others; of a sparse file always all.
        """
        data = self._take_parts(self._left, parts) if parts and not self._sparse else self._take(self._left)
        self._left = 0
        try:
            return self._sparse.expand(data) if self._sparse else data
        except CorruptData as error:
            raise self._damaged(str(error)) from None

    @property
    def is_sparse(self) -> bool:
        """Whether the current entry is sparse, so that its content is made and does not stream past."""
        return self._sparse is not None

    def head(self, size: int) -> bytes:
        """The first bytes of the current entry's content, at most `size`; nothing is passed. Empty for a sparse file."""
        return b"" if self._sparse else self._ahead(size)

    def begins(self, magics: tuple[bytes, ...]) -> bool:
        """Whether the current entry's content begins with one of `magics`, each at most HEAD bytes; nothing is passed."""
        if self._sparse:
            return self._sparse.head(self._ahead(SPARSE_HEAD)).startswith(magics)
        if len(self._piece) - self._at < HEAD:
            self._ahead(HEAD)
        return self._piece.startswith(magics, self._at, self._at + self._left)

    def drain(self) -> None:
        """Pass everything after the end of the archive."""
        self._piece, self._at = b"", 0
        for _ in self._pieces:
            pass

    def _headers(self) -> Iterator[bytes]:
        """The header blocks up to the end of the archive: a block of zeros, or the end of the stream."""
        while True:
            end = self._at + BLOCK + self._left + self._padding
            if end <= len(self._piece):
                block = self._piece[end - BLOCK : end]
                self._at = end
            else:
                self._skip()
                block = self._take_block()
            self._left = self._padding = 0
            if block == ZEROS or not block:
                return
            if not is_header(block):
                raise CorruptData("a tar header has a wrong checksum")
            yield block

    def _entry(self, kind: int, block: bytes, extended: Extended | None) -> Entry | None:
        name, size = name_of(block), size_of(block)
        link = text_of(block[157:257]) if block[157] else ""
        self._sparse = None
        if extended:
            values = extended.records.values
            name = values.get("GNU.sparse.name") or values.get("path") or extended.name or name
            link = values.get("linkpath") or extended.link or link
            size = decimal(values["size"]) if values.get("size") else size
            self._sparse = of_pax(extended.records)
        if kind == 0x53:
            self._sparse = self._old_sparse(block)
        if self._sparse and size > self._sparse.size + self._limits.header_bytes:
            raise CorruptData("a sparse file stores more than it holds")
        if len(name) > self._limits.path_bytes or len(link) > self._limits.path_bytes:
            raise self._too_much("bytes in one path", "path_bytes", self._limits.path_bytes)
        if kind not in NO_BODY:
            self._begin_body(size)
        if kind in NOTES:
            return None
        shape = KINDS.get(kind, OTHER)
        if kind == 0 and name.endswith("/"):  # V7 knew no folders
            shape = FOLDER
        return Entry(name, shape, self._sparse.size if self._sparse else size, link, block)

    def _begin_body(self, size: int) -> None:
        if size > self._limits.layer_bytes:
            raise self._too_much("bytes", "layer_bytes", self._limits.layer_bytes)
        self._left, self._padding = size, -size % BLOCK

    def _extend(self, kind: int, block: bytes, extended: Extended) -> None:
        """Take in one extension header; all of one entry together are bounded."""
        size = size_of(block)
        extended.bytes += size + BLOCK
        if extended.bytes > self._limits.header_bytes:
            raise self._too_much("bytes of headers before one entry", "header_bytes", self._limits.header_bytes)
        data = self._take(size)
        self._padding = -size % BLOCK
        if kind in b"xX":
            parse_pax(data, extended.records)
        elif kind == 0x67:
            parse_pax(data, Records())
        elif kind == 0x4C:
            extended.name = text_of(data)
        else:
            extended.link = text_of(data)

    def _old_sparse(self, block: bytes) -> Sparse:
        """The map of the old GNU format: four pairs in the header, more in blocks after it."""
        pairs = old_pairs(block[386:482], OLD_IN_HEADER)
        size, more, read = old_size(block), block[482], BLOCK
        while more:
            following = self._take(BLOCK)
            read += BLOCK
            if read > self._limits.header_bytes:
                raise self._too_much("bytes of headers before one entry", "header_bytes", self._limits.header_bytes)
            pairs += old_pairs(following, OLD_IN_BLOCK)
            more = following[504]
        return Sparse(size, pairs)

    def _skip(self) -> None:
        """Pass the rest of the body, which must be there, and its padding, which may be missing at the very end."""
        self._pass(self._left)
        at = self._at + self._padding
        while at > len(self._piece):
            at -= len(self._piece)
            self._piece = next(self._pieces, b"")
            at = at if self._piece else 0
        self._at = at

    def _take(self, size: int) -> bytes:
        """Exactly `size` bytes."""
        end = self._at + size
        if end <= len(self._piece):
            data = self._piece[self._at : end]
            self._at = end
            return data
        return self._take_parts(size, ALL)

    def _take_parts(self, size: int, parts: Parts) -> bytes:
        """Exactly `size` bytes, those that are not kept zeros; pages that nobody writes to are not in memory."""
        whole, at = BytesIO(bytes(size)), 0  # nobody else has these bytes, so that they are written in place and not copied
        while at < size:
            if self._at >= len(self._piece):
                self._piece, self._at = self._next(), 0
            begin, end = self._at, min(self._at + size - at, len(self._piece))
            view = memoryview(self._piece)
            for first, last in parts.kept(self._piece, begin, end):
                whole.seek(at + first - begin)
                whole.write(view[first:last])
            at += end - begin
            self._at = end
        return whole.getvalue()

    def _pass(self, size: int) -> None:
        """Leave out bytes that must be there."""
        at = self._at + size
        while at > len(self._piece):
            at -= len(self._piece)
            self._piece = self._next()
        self._at = at

    def _ahead(self, size: int) -> bytes:
        """The next bytes of the current body, at most `size`, which are passed later."""
        size = min(size, self._left)
        while len(self._piece) - self._at < size:
            self._piece = self._piece[self._at :] + self._next()
            self._at = 0
        return self._piece[self._at : self._at + size]

    def _take_block(self) -> bytes:
        """The next block, empty at the end of the stream."""
        while self._at >= len(self._piece):
            piece = next(self._pieces, b"")
            if not piece:
                return b""
            self._piece, self._at = piece, 0
        return self._take(BLOCK)

    def _next(self) -> bytes:
        piece = next(self._pieces, b"")
        if not piece:
            raise self._damaged("it ends in the middle of an entry")
        return piece

    def _damaged(self, how: str) -> CorruptData:
        return CorruptData(f"{self._owner} is damaged: {how}; build or push the image again")

    def _too_much(self, what: str, limit: str, most: int) -> LimitExceeded:
        return LimitExceeded(f"{self._owner} has more than {most} {what}; raise HULLMARK_LIMIT_{limit.upper()}")
