"""Node.js packages of Yarn's Plug'n'Play: what `.pnp.cjs` or `.pnp.data.json` lets a program load.

Source: yarnpkg.com, "PnP specification". There is no node_modules then, and the archives in the cache are not opened: the
loader's own table states the name and version of each package. `.pnp.cjs` is JavaScript, and only the JSON text in it is
read.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.json_object import Object, parse_object
from hullmark.formats.problems import bound_problems
from hullmark.model import Package, Problem

_STATE = b"RAW_RUNTIME_STATE ="
_REFERENCE = re.compile(
    r"(?:.{0,4000}[@#])?npm:(?:((?:@[^/@]{1,214}/)?[^/@]{1,214})@)?(\d[^#:&]{0,255})(?:[#:].*)?", re.DOTALL
)


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The packages that come from a registry, each once, in file order. Raises CorruptData for what holds no such table."""
    document = parse_object(_state(data) if path.endswith(".cjs") else data)
    distinct = dict.fromkeys(_locators(document))
    return bound_problems(stated(path, "yarn-pnp", Package("npm", name, version)) for name, version in distinct)


def _state(data: bytes) -> bytes:
    """The JSON text of the single-quoted JavaScript string: each line ends in a backslash, quotes have one before them."""
    start = data.find(b"'", data.find(_STATE) + len(_STATE)) if _STATE in data else -1
    end = data.find(b"';", start + 1)
    if start < 0 or end < 0:
        raise CorruptData("the file holds no table of Plug'n'Play")
    text = data[start + 1 : end].replace(b"\r\n", b"\n").replace(b"\\\n", b"\n")
    return re.sub(rb"\\(['\\])", rb"\1", text)


def _locators(document: Object) -> Iterator[tuple[str, str]]:
    """`packageRegistryData` is a list of [name, list of [reference, facts]]; the program's own folders have no `npm:`."""
    for name, versions in _pairs(document.get("packageRegistryData")):
        for reference, _ in _pairs(versions):
            found = _REFERENCE.fullmatch(unquote(reference))
            if found:
                yield found[1] or name, found[2]


def _pairs(value: object) -> Iterator[tuple[str, object]]:
    for item in value if isinstance(value, list) else []:
        if isinstance(item, list) and len(item) == 2 and isinstance(item[0], str):
            yield item[0], item[1]


CATALOGER = Cataloger(
    name="yarn-pnp",
    type="npm",
    globs=("**/.pnp.cjs", "**/.pnp.data.json"),
    parse=parse,
    max_bytes=32 * 1024 * 1024,
)
