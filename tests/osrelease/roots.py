"""Release files to one Distro, as an inventory does it."""

from collections.abc import Mapping

from hullmark.catalogers import osrelease, osrelease_lines, osrelease_numbers
from hullmark.catalogers.base import Cataloger
from hullmark.distro import choose
from hullmark.model import Distro, Problem
from tests.catalogers.cases import wants

CATALOGERS: tuple[Cataloger, ...] = (osrelease.CATALOGER, osrelease_lines.CATALOGER, osrelease_numbers.CATALOGER)


def chosen(files: Mapping[str, bytes]) -> tuple[Distro, list[Problem]]:
    """The Distro of a root with these release files, and what could not be read in them."""
    releases: dict[str, Distro] = {}
    unread: list[Problem] = []
    for path, data in files.items():
        for item in (item for one in CATALOGERS if wants(one, path) for item in one.parse(path, data)):
            if isinstance(item, Distro):
                releases[path] = item
            elif isinstance(item, Problem):
                unread.append(item)
    return choose(releases), unread
