"""A body that a server packs with gzip on its way, though nobody asked for that; unpacked a bounded piece at a time."""

import zlib
from collections.abc import Iterator

PACKED = ("gzip", "x-gzip")
PIECE = 1 << 20
_GZIP = zlib.MAX_WBITS | 16


class Unpacker:
    """Takes packed bytes and gives plain ones; several gzip members in a row are one body (RFC 1952, 2.2)."""

    def __init__(self) -> None:
        self._state = zlib.decompressobj(_GZIP)
        self._has_begun = False

    @property
    def is_whole(self) -> bool:
        """Whether the body may end here."""
        return self._state.eof or not self._has_begun

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        """The plain bytes of the next packed ones, at most a megabyte at once; raises zlib.error for what is damaged."""
        while packed:
            if self._state.eof:
                self._state = zlib.decompressobj(_GZIP)
            self._has_begun = True
            yield self._state.decompress(packed, PIECE)
            packed = self._state.unconsumed_tail or self._state.unused_data
