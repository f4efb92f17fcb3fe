"""Packages in the cache of Conan 1: `conaninfo.txt`, whose folder says which package it describes.

Source: Conan 1 documentation, "Local cache": `data/<name>/<version>/<user>/<channel>/package/<id>/conaninfo.txt`. Conan 2
names its folders by hashes, and the file does not name its package.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.model import Package, Problem

_PLACE = re.compile(r"(?:.*/)?data/([^/]+)/([^/]+)/[^/]+/[^/]+/package/[^/]+/conaninfo\.txt")
_NAME = re.compile(r"[A-Za-z0-9_+.-]{1,101}")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one package, by its folder; a Problem of a file without the settings that Conan writes into each."""
    place = _PLACE.fullmatch(path)
    if place and b"[settings]" not in data:
        yield Problem(path, CATALOGER.name, "the file has no settings, as Conan writes them into each")
    elif place:
        yield stated(path, CATALOGER.name, Package("conan", place[1], place[2]), _NAME)


CATALOGER = Cataloger(name="conan-info", type="conan", globs=("**/data/*/*/*/*/package/*/conaninfo.txt",), parse=parse)
