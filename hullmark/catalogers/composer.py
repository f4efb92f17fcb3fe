"""PHP packages that Composer installed: `vendor/composer/installed.json`, a list (Composer 1) or an object (Composer 2).

Source: composer/composer, Repository/FilesystemRepository and InstalledFilesystemRepository. Development packages are listed
when they were installed. What the application itself is, and what a package replaces or provides, is not installed.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.json_object import objects, parse_json, text, texts
from hullmark.formats.problems import bound_problems
from hullmark.formats.spdx_licences import any_of
from hullmark.model import Package, Problem

NAMES = re.compile(r"[a-z0-9._-]{1,150}/[a-z0-9._-]{1,150}")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The packages in file order; an entry without a valid name or version is a Problem. Raises CorruptData."""
    document = parse_json(data)
    if isinstance(document, dict):
        document = document.get("packages")
    if not isinstance(document, list):
        raise CorruptData("the file holds no list of packages")
    return bound_problems(_packages(path, document))


def _packages(path: str, document: list[object]) -> Iterator[Package | Problem]:
    for entry in objects(document):
        name = text(entry, "name").lower()  # as Packagist and its advisories write it
        licence = any_of(texts(entry.get("license")))  # composer.json: an array is a choice
        yield stated(path, "composer", Package("composer", name, text(entry, "version"), licence=licence), NAMES)


CATALOGER = Cataloger(name="composer", type="composer", globs=("**/composer/installed.json",), parse=parse)
