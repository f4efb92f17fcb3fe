"""A whole zstd stream (RFC 8878) of a file within a file, bounded."""

import zstandard

from hullmark.errors import CorruptData

MAGIC = b"\x28\xb5\x2f\xfd"
WIDEST = 128 * 1024 * 1024  # bytes of a window, as zstd's own `--long=27`


def inflate(packed: bytes, most: int) -> bytes:
    """The content of all frames; raises CorruptData when it is damaged or has more than `most` bytes."""
    reader = zstandard.ZstdDecompressor(max_window_size=WIDEST).stream_reader(packed, read_across_frames=True)
    try:
        found = reader.read(most + 1)
    except zstandard.ZstdError:
        raise CorruptData("the zstd stream is damaged") from None
    if len(found) > most:
        raise CorruptData(f"the zstd stream holds more than {most} bytes")
    return found
