"""PHP packages that PEAR and PECL installed: one record each in `.registry`, in a folder for each channel but pear.php.net.

Source: PEAR's Registry.php; package.xml 1.0 and 2.0 as PHP serializes it.
"""

from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.php_serialized import Value, unserialize
from hullmark.formats.spdx_licences import spdx
from hullmark.model import Package, Problem

CHANNEL = "pear.php.net"  # of records that name none


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one package, named "<channel>/<name>"; a Problem when it has no valid name or version. Raises CorruptData."""
    record = unserialize(data)
    if not isinstance(record, dict):
        raise CorruptData("the record is no array")
    name = _text(record.get("name")) or _text(record.get("package"))
    channel = _text(record.get("channel")) or CHANNEL
    version = _text(record.get("version"), "release")
    licence = spdx(_text(record.get("license"), "_content"))
    yield stated(path, "pear", Package("pear", f"{channel}/{name}" if name else "", version, licence=licence))


def _text(value: Value | None, within: str = "") -> str:
    """A text, or the one under a key of an array."""
    inner = value.get(within) if isinstance(value, dict) else value
    return inner if isinstance(inner, str) else ""


CATALOGER = Cataloger(
    name="pear",
    type="pear",
    globs=("**/.registry/*.reg", "**/.registry/.channel.*/*.reg"),
    parse=parse,
    max_bytes=4 * 1024 * 1024,
)
