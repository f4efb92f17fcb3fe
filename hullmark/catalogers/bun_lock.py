"""Lock files of Bun: the text form, `bun.lock` (JSON with trailing commas, one package a line)."""

import re
from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.cut import is_cut, to_the_end
from hullmark.model import Package, Problem

_ENTRY = re.compile(
    r"^[ \t]*\"[^\"\n]{1,600}\":[ \t]*\[\"((?:@[^/\"@]{1,214}/)?[^/\"@]{1,214})@(\d[^\"\n]{0,255})\"", re.MULTILINE
)


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins, development included, since Bun does not say what is. Raises CorruptData for no lock file."""
    source = data.decode("utf-8", "replace")
    if '"lockfileVersion"' not in source[:400]:
        raise CorruptData("the file is no lock file of Bun")
    pins = ((found[1], found[2]) for found in _ENTRY.finditer(source))
    return locked(path, "bun-lock", "npm", to_the_end(pins, is_cut(data, b"\n}")))


CATALOGER = Cataloger(name="bun-lock", type="npm", globs=("**/bun.lock",), parse=parse, max_bytes=MOST_BYTES)
