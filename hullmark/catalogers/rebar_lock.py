"""Lock files of rebar3: the Hex packages of `rebar.lock` (an Erlang term that is read as text)."""

import re
from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import is_cut, to_the_end
from hullmark.model import Package, Problem

_ENTRY = re.compile(r'\{pkg,\s{0,100}<<"([A-Za-z0-9_]{1,100})">>,\s{0,100}<<"([^"\s]{1,100})">>')


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins to a version; entries of git are pinned to an address."""
    pins = ((found[1], found[2]) for found in _ENTRY.finditer(data.decode("utf-8", "replace")))
    return locked(path, CATALOGER.name, "hex", to_the_end(pins, is_cut(data, b"].")))


CATALOGER = Cataloger(name="rebar-lock", type="hex", globs=("**/rebar.lock",), parse=parse, max_bytes=MOST_BYTES)
