"""Lock files of Yarn: `yarn.lock` of Yarn Classic (its own format) and of Yarn 2 and later (a plain subset of YAML).

Source: yarnpkg/lockfile and yarnpkg/berry. Read line by line: no YAML parser, so no aliases and no depth.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.cut import is_cut, to_the_end
from hullmark.model import Package, Problem

_ENTRY = re.compile(r"^(\"?[^\s#].{0,4000}):[ \t]*$((?:\n[ \t].*)*)", re.MULTILINE)
_VERSION = re.compile(r"^  version:? \"?([^\s\"]{1,256})", re.MULTILINE)
_RESOLUTION = re.compile(r"^  resolution: \"?([^\s\"]{1,600})", re.MULTILINE)
_REQUEST = re.compile(r"((?:@[^/@\s]{1,214}/)?[^/@\s]{1,214})@(.{1,600})", re.DOTALL)


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins, development included, since Yarn does not say what is. Raises CorruptData when it has no entry."""
    source = data.decode("utf-8", "replace").replace("\r\n", "\n")
    if not source.strip():  # Yarn takes an empty file for one without entries
        return iter(())
    if "# yarn lockfile v1" not in source[:400] and "__metadata:" not in source[:4000]:
        raise CorruptData("the file is no lock file of Yarn")
    return locked(path, "yarn-lock", "npm", to_the_end(_pins(source), is_cut(data)))


def _pins(source: str) -> Iterator[tuple[str, str]]:
    for entry in _ENTRY.finditer(source):
        version, resolution = _VERSION.search(entry[2]), _RESOLUTION.search(entry[2])
        request = _REQUEST.match(resolution[1] if resolution else entry[1].lstrip('"').partition(",")[0].rstrip('"'))
        if version and request and not request[2].startswith(("workspace:", "link:", "portal:", "file:")):
            alias = _REQUEST.match(request[2].removeprefix("npm:")) if request[2].startswith("npm:") else None
            yield (alias or request)[1], version[1]


CATALOGER = Cataloger(name="yarn-lock", type="npm", globs=("**/yarn.lock",), parse=parse, max_bytes=MOST_BYTES)
