"""Which parts of a file are kept while it streams past; the others are zeros, which take no memory."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol


class Parts(Protocol):
    """Decides piece by piece, for one file."""

    def kept(self, piece: bytes, at: int, end: int) -> Iterable[tuple[int, int]]:
        """What of `piece[at:end]`, the next bytes of the file, is kept: begin and end in `piece`, in order, apart."""


class Kept:
    """Parts whose bytes are counted; once they come to more than `most`, no more are kept.

    `least` of them are kept for certain, which is known before the file is read.
    """

    def __init__(self, parts: Parts, least: int, most: int) -> None:
        self.least = least
        self.count = 0
        self._parts = parts
        self._most = most

    def kept(self, piece: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
        """See Parts."""
        for begin, stop in self._parts.kept(piece, at, end):
            self.count += stop - begin
            if self.count <= self._most:
                yield begin, stop


class Whole:
    """All of it."""

    def kept(self, piece: bytes, at: int, end: int) -> Iterable[tuple[int, int]]:
        """See Parts."""
        return ((at, end),)


class Around:
    """All but some holes, of which begin and end in the file are known; in order, apart."""

    def __init__(self, holes: Sequence[tuple[int, int]]) -> None:
        self._holes = holes
        self._passed = 0

    def kept(self, piece: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
        """See Parts."""
        shift = at - self._passed
        self._passed += end - at
        for begin, stop in self._holes:
            if begin + shift >= end:
                break
            if at < begin + shift:
                yield at, begin + shift
            at = min(max(at, stop + shift), end)
        if at < end:
            yield at, end
