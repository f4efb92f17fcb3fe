"""Lua rocks that LuaRocks installed: the rockspec in `rocks/<name>/<version>/` or `rocks-<Lua>/<name>/<version>/`.

Source: LuaRocks' rockspec format. The file is Lua, and only text is read of it: the assignments of `package` and `version`,
and the licence in `description`.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import CUT
from hullmark.formats.spdx_licences import spdx
from hullmark.model import Package, Problem

_ASSIGNED = re.compile(
    r"^(package|version|[ \t]{1,40}license)[ \t]{0,40}=[ \t]{0,40}(?:\"([^\"\n]{0,300})\"|'([^'\n]{0,300})')", re.MULTILINE
)
_TEXT = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|--[^\n]*")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one rock, with the revision of its rockspec ("2.1.0-1"); a Problem when its name or version is no literal."""
    text = data.decode("utf-8", "replace")
    found = {key.strip(): double or single for key, double, single in _ASSIGNED.findall(text)}
    licence = spdx(found.get("license", ""))
    yield stated(path, "luarocks", Package("luarocks", found.get("package", ""), found.get("version", ""), licence=licence))
    bare = _TEXT.sub("", text)
    if bare.count("{") > bare.count("}"):
        yield Problem(path, "luarocks", CUT)


CATALOGER = Cataloger(
    name="luarocks",
    type="luarocks",
    globs=("**/rocks/*/*/*.rockspec", "**/rocks-*/*/*/*.rockspec"),
    parse=parse,
    max_bytes=1024 * 1024,
)
