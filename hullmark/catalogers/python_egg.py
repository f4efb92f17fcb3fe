"""Python distributions that were installed as one zipped egg: `EGG-INFO/PKG-INFO` within `*.egg` (setuptools).

A wheel (`*.whl`) is an archive to install from, and is not read; an egg is loaded as it lies.
"""

from collections.abc import Iterator
from dataclasses import replace

from hullmark.catalogers import python
from hullmark.catalogers.base import Cataloger
from hullmark.formats.zip import Budget, Window, content, entries
from hullmark.model import Package, Problem

METADATA = b"EGG-INFO/PKG-INFO"
MOST_METADATA = 4 * 1024 * 1024  # bytes


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one distribution of an egg, nothing for an archive without metadata. Raises CorruptData and LimitExceeded."""
    window, budget = Window(data, 0, len(data)), Budget.of(len(data))
    for entry in entries(window, METADATA.__eq__, budget):
        found = content(window, entry, MOST_METADATA, budget)
        for item in python.parse(path, found.data[found.start : found.end]):
            yield replace(item, inner=entry.name) if isinstance(item, Package) else replace(item, cataloger="python-egg")
        return


CATALOGER = Cataloger(name="python-egg", type="pypi", globs=("**/*.egg",), parse=parse)
