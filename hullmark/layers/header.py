"""One 512-byte tar header: its checksum, numbers and names (POSIX ustar, GNU tar, star, V7).

Container runtimes are written in Go, so where tar readers differ, the answer of Go's archive/tar is the right one here.
"""

import zlib

from hullmark.errors import CorruptData

BLOCK = 512
ZEROS = bytes(BLOCK)

_ADLER = 65521
_BLANKS = 8 * 0x20  # the checksum counts its own field as spaces


def is_header(block: bytes) -> bool:
    """Whether the block's checksum is right, unsigned or (as some old tars wrote it) signed.

    The low half of an Adler-32 is one more than the sum of the bytes modulo 65521, and far faster than `sum`.
    """
    field = block[148:156]
    digits = field.strip(b" \0")
    if len(block) != BLOCK or not digits.isdigit():
        return False
    try:
        rest = int(digits, 8) - _BLANKS + sum(field)
    except ValueError:
        return False
    return ((zlib.adler32(block) & 0xFFFF) - 1 - rest) % _ADLER == 0 or _signed_sum(block) == rest


def _signed_sum(block: bytes) -> int:
    return sum(byte - 256 if byte > 127 else byte for byte in block)


def number(field: bytes) -> int:
    """An octal field, or base-256 when its first bit is set; raises ValueError."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big") & ((1 << (8 * len(field) - 1)) - 1)
        negative = field[0] & 0x40
        return value - (1 << (8 * len(field) - 1)) if negative else value
    digits = field.strip(b" ").partition(b"\0")[0].strip(b" ")
    if not digits:
        return 0
    if not digits.isdigit():
        raise ValueError("not octal")
    return int(digits, 8)


def size_of(block: bytes) -> int:
    """The size that a header states, in bytes; raises CorruptData."""
    digits = block[124:135]
    try:
        size = int(digits, 8) if digits.isdigit() and block[135] in b" \0" else number(block[124:136])
    except ValueError:
        size = -1
    if size < 0:
        raise CorruptData("a tar header has no valid size")
    return size


def mode_of(block: bytes) -> int:
    """The permission bits, 0 when they cannot be read."""
    try:
        return number(block[100:108]) & 0o7777
    except ValueError:
        return 0


def text_of(field: bytes) -> str:
    """A name up to its first NUL; bytes that are no UTF-8 become escapes such as `\\xe9`."""
    return field.partition(b"\0")[0].decode("utf-8", "backslashreplace")


def name_of(block: bytes) -> str:
    """The name with its prefix, where the dialect has one."""
    name = text_of(block[:100])
    if not block[345]:
        return name
    prefix = _prefix(block)
    return f"{prefix}/{name}" if prefix else name


def _prefix(block: bytes) -> str:
    magic = block[257:265]
    if magic.startswith(b"ustar\0"):
        return text_of(block[345:476] if block[508:512] == b"tar\0" else block[345:500])
    if magic == b"ustar  \0" and not _is_times(block[345:369]):  # as an old Go wrote long names beside GNU numbers
        prefix = text_of(block[345:500])
        return prefix if prefix.isascii() else ""
    return ""


def _is_times(field: bytes) -> bool:
    """Whether GNU's access and change times stand where others have the prefix."""
    try:
        number(field[:12])
        number(field[12:])
    except ValueError:
        return False
    return True
