"""What a layer unpacks to, piece by piece: gzip (any number of members), zstd (any number of frames) or plain tar.

The compression is told by the first bytes, as container runtimes do, not by the media type, which is often wrong. What
follows the last gzip member and is no member is passed over, as gzip(1) does; the diff ID says whether anything was lost.
"""

import io
from collections.abc import Iterator

from isal import igzip_lib

from hullmark.errors import CorruptData, LimitExceeded, Unsupported
from hullmark.layers.digests import Digests
from hullmark.layers.header import BLOCK, is_header
from hullmark.layers.stored import Stored
from hullmark.settings import MIB, Limits

PIECE = MIB  # most bytes of one unpacked piece; each is handed from thread to thread, and few hands are fast ones
FIRST_STEP = 4096  # bytes given to a new gzip member, so that what it leaves is cheap to take back
FREE = 64 * MIB  # unpacked bytes that no ratio is asked of: so few do no harm, and zstd reaches any ratio

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
SKIPPABLE = b"\x2a\x4d\x18"  # after a byte 0x50 to 0x5f (RFC 8878, 3.1.2)
_ISAL_ERROR: type[Exception] = igzip_lib.IsalError  # type: ignore[assignment]  # its stub declares an instance
OTHERS = {
    b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"\x04\x22\x4d\x18": "lz4", b"PK\x03\x04": "zip", b"\x5d\0\0": "lzma",
    b"hsqs": "squashfs",
}  # fmt: skip


class Unpacked:
    """The unpacked pieces of a layer, once; `size` is what they come to so far, in bytes."""

    def __init__(self, stored: Stored, limits: Limits, digests: Digests) -> None:
        self.size = 0
        self.is_plain = False  # stored as it is, so that its one digest is both
        self._digests = digests
        self._stored = stored
        self._limits = limits

    def __iter__(self) -> Iterator[bytes]:
        """The pieces, none longer than PIECE; raises CorruptData, LimitExceeded and Unsupported."""
        for piece in self._pieces():
            self.size += len(piece)
            self._check()
            if not self.is_plain:
                self._digests.unpacked(piece)
            yield piece

    def _pieces(self) -> Iterator[bytes]:
        head = self._stored.read_at_least(BLOCK)
        if head.startswith(GZIP):
            return _gzip(self._stored, head)
        if head.startswith(ZSTD) or (head[:1] and 0x50 <= head[0] <= 0x5F and head[1:4] == SKIPPABLE):
            return _zstd(self._stored, head)
        if not head or is_header(head[:BLOCK]) or not any(head[:BLOCK]):
            self.is_plain = True
            return _plain(self._stored, head)
        kind = next((name for magic, name in OTHERS.items() if head.startswith(magic)), "an unknown format")
        raise Unsupported(
            f"{self._stored.name} is {kind}, neither gzip, zstd nor tar; build the image with gzip or zstd layers"
        )

    def _check(self) -> None:
        name, limits = self._stored.name, self._limits
        self._stored.check_time()
        if self.size > limits.layer_bytes:
            raise LimitExceeded(f"{name} unpacks to more than {limits.layer_bytes} bytes; raise HULLMARK_LIMIT_LAYER_BYTES")
        if self.size > FREE and self.size > limits.layer_ratio * self._stored.size:
            raise LimitExceeded(
                f"{name} unpacks to more than {limits.layer_ratio} times its size; raise HULLMARK_LIMIT_LAYER_RATIO"
            )


def _plain(stored: Stored, head: bytes) -> Iterator[bytes]:
    while head:
        yield head
        head = stored.read()


def _gzip(stored: Stored, data: bytes) -> Iterator[bytes]:
    """Each member's output; a member gets ever larger steps, since what it does not need is copied back."""
    at = 0
    while True:
        member = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
        step = FIRST_STEP
        while not member.eof:
            given = b""
            if member.needs_input:
                if at >= len(data):
                    data, at = stored.read(), 0
                if not data:
                    raise _truncated(stored)
                given = data[at : at + step] if at or step < len(data) else data
                at += len(given)
                step *= 4
            piece = _inflate(member, given, stored)
            if piece:
                yield piece
        at -= len(member.unused_data)
        if len(data) - at < len(GZIP):
            data, at = data[at:] + stored.read(), 0
        if data[at : at + len(GZIP)] != GZIP:
            return


def _inflate(member: igzip_lib.IgzipDecompressor, data: bytes, stored: Stored) -> bytes:
    try:
        return bytes(member.decompress(data, PIECE))
    except _ISAL_ERROR as error:
        raise CorruptData(f"{stored.name} is damaged gzip ({error}); push the image again") from None


def _truncated(stored: Stored) -> CorruptData:
    return CorruptData(f"{stored.name} ends in the middle of its compressed data; push or export the image again")


def _zstd(stored: Stored, head: bytes) -> Iterator[bytes]:
    """The output of all frames; Arrow's stream bounds it, passes over skippable frames and notices a missing end."""
    import pyarrow as pa  # noqa: PLC0415  a gzip layer does without Arrow

    source = pa.PythonFile(_Feed(stored, head), mode="r")
    with pa.CompressedInputStream(source, "zstd") as frames:
        while True:
            try:
                piece = frames.read(PIECE)
            except OSError as error:
                if "runcated" in str(error):
                    raise _truncated(stored) from None
                raise CorruptData(f"{stored.name} is damaged zstd ({error}); push the image again") from None
            if not piece:
                return
            yield piece


class _Feed(io.RawIOBase):
    """What Arrow reads from: pieces of any length, as they come."""

    def __init__(self, stored: Stored, head: bytes) -> None:
        self._stored = stored
        self._rest = head

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._rest or self._stored.read()
        if size < 0:
            size = len(data)
        self._rest = data[size:]
        return data[:size]
