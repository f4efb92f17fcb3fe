"""Debian packages of Ubuntu's rocks: `usr/share/rocks/dpkg.query`, which an image may carry in place of dpkg's database.

Source: Canonical, requirements of Ubuntu rocks: os-release, a line `# dpkg-query`, then what `dpkg-query` printed in the
form `${db:Status-Abbrev},${binary:Package},${Version},${source:Package},${Source:Version}`. The list is a bill of materials:
what dpkg's database says as well counts once.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.cut import CUT, is_cut
from hullmark.formats.problems import bound_problems
from hullmark.model import Origin, Package, Problem

MARK = b"# dpkg-query"

_NAME = r"[A-Za-z0-9][A-Za-z0-9+._-]{0,255}"
_VERSION = r"[!-+\--~]{1,256}"
_ROW = re.compile(rf"..[ R]?,({_NAME})(?::([a-z0-9-]{{1,64}}))?,({_VERSION}),({_NAME}),({_VERSION})")
_ABSENT = frozenset("nc")  # not installed, or nothing but configuration left


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The packages that are unpacked, in file order. Raises CorruptData where no list of dpkg-query is in the file."""
    _, mark, listed = data.partition(MARK)
    if not mark:
        raise CorruptData("the file holds no list of dpkg-query")
    yield from bound_problems(_packages(path, listed.decode("utf-8", "replace")))
    if is_cut(data):
        yield Problem(path, CATALOGER.name, CUT)


def _packages(path: str, listed: str) -> Iterator[Package | Problem]:
    for number, line in enumerate(listed.split("\n")[1:], 1):
        if not line.strip() or line[1:2] in _ABSENT:
            continue
        row = _ROW.fullmatch(line.rstrip("\r"))
        if row:
            name, arch, version, source, source_version = row.groups("")
            stated = "" if source == name else source, "" if source_version == version else source_version
            yield Package("deb", name, version, arch, *stated, origin=Origin.SBOM)
        else:
            yield Problem(path, CATALOGER.name, f"line {number} of the list is not as dpkg-query writes it")


CATALOGER = Cataloger(name="rocks", type="deb", globs=("usr/share/rocks/dpkg.query",), parse=parse)
