"""Modules of the Linux kernel that were built outside of its tree (NVIDIA's, ZFS): the section `.modinfo` of a `.ko` file.

Source: Linux, include/linux/module.h and modpost.c: `key=value` texts, each ended by a zero byte. `intree=Y` marks what
came with the kernel, which is the kernel's own version and no package. Packed modules (xz, zstd, gzip) are opened but for
those in `kernel`, where the kernel's own are, by the thousand.
"""

import lzma
import re
import zlib
from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats import elf, zstd
from hullmark.formats.executable import section
from hullmark.formats.spdx_licences import spdx
from hullmark.model import Package, Problem

MOST_BYTES = 64 * 1024 * 1024  # of an unpacked module; the largest with their debug information have 50
MOST_INFO = 1024 * 1024  # bytes of .modinfo; a driver of 10,000 devices has 600 KiB of aliases

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OF_KERNEL = re.compile(r"(?:.*/)?lib/modules/[^/]+/kernel/.*\.(?:xz|zst|gz)")
_XZ, _GZIP = b"\xfd7zXZ\x00", b"\x1f\x8b"


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The module, named `linux-module/<name>`; nothing of the kernel's own, nor of one that states no version.

    Raises CorruptData for what is no module.
    """
    if _OF_KERNEL.fullmatch(path):
        return
    module = _unpacked(data)
    if not module.startswith(elf.MAGIC):
        raise CorruptData("the file is no module of the Linux kernel")
    info = _info(section(module, ".modinfo", MOST_INFO) or b"")
    if info.get("intree") != "Y" and info.get("version"):
        name = info.get("name") or path.rpartition("/")[2].partition(".")[0].replace("-", "_")
        if not _NAME.fullmatch(name):
            raise CorruptData("the module states no valid name")
        package = Package("generic", f"linux-module/{name}", info["version"], licence=spdx(info.get("license", "")))
        yield stated(path, CATALOGER.name, package)


def _unpacked(data: bytes) -> bytes:
    """The module as the kernel loads it. Raises CorruptData where it is damaged, cut off, or larger than MOST_BYTES."""
    if data.startswith(zstd.MAGIC):
        return zstd.inflate(data, MOST_BYTES)
    if data.startswith(_XZ):
        return _inflated(lzma.LZMADecompressor(lzma.FORMAT_XZ), data)
    return _inflated(zlib.decompressobj(16 + zlib.MAX_WBITS), data) if data.startswith(_GZIP) else data


def _inflated(inflater: "lzma.LZMADecompressor | zlib._Decompress", data: bytes) -> bytes:
    try:
        module = inflater.decompress(data, MOST_BYTES)
    except (lzma.LZMAError, zlib.error):
        raise CorruptData("the packed module is damaged") from None
    if not inflater.eof:
        raise CorruptData(f"the packed module is cut off, or holds more than {MOST_BYTES} bytes")
    return module


def _info(section: bytes) -> dict[str, str]:
    """The first value of each key."""
    found: dict[str, str] = {}
    for entry in section.split(b"\0"):
        key, _, value = entry.decode("utf-8", "replace").partition("=")
        found.setdefault(key.strip(), value.strip())
    return found


CATALOGER = Cataloger(
    name="linux-module",
    type="generic",
    globs=tuple(f"**/lib/modules/**/*.ko{packed}" for packed in ("", ".gz", ".xz", ".zst")),
    parse=parse,
)
