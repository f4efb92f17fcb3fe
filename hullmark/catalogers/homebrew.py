"""Formulae that Homebrew has installed: `Cellar/<name>/<version>/INSTALL_RECEIPT.json`, whose folders name the package.

Source: Homebrew's Library/Homebrew/keg.rb and tab.rb. The version may end in a revision (`3.43.2_1`).
"""

import re
from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.formats.json_object import parse_object
from hullmark.model import Package, Problem

_FOLDERS = re.compile(r"(?:.*/)?Cellar/([a-z0-9][a-z0-9+._@-]{0,100})/([!-.0-~]{1,100})/INSTALL_RECEIPT\.json")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one formula. Raises CorruptData when the receipt is no JSON object, as of an installation that broke off."""
    parse_object(data)
    found = _FOLDERS.fullmatch(path)
    if found:
        yield Package("brew", found[1], found[2])
    else:
        yield Problem(path, "homebrew", "the folders are not named Cellar/<name>/<version>, so they name no formula")


CATALOGER = Cataloger(name="homebrew", type="brew", globs=("**/Cellar/*/*/INSTALL_RECEIPT.json",), parse=parse)
