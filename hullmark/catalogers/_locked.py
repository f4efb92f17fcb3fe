"""What a lock file pins: packages of origin LOCK, which count only where nothing installed answers (see `inventory`).

A lock file below another package says what that package's authors use, not what the image holds; it is not read. Neither is
what a file marks as needed for development only, nor an entry that is pinned to an address and so states no version.
"""

import re
from collections.abc import Iterable, Iterator

from hullmark.catalogers._stated import NAME, stated
from hullmark.formats.problems import bound_problems
from hullmark.model import Origin, Package, Problem

MOST_BYTES = 8 * 1024 * 1024

_BELOW_A_PACKAGE = re.compile(
    r"(?:^|/)(?:node_modules|bower_components|site-packages|dist-packages|vendor|gems|\.cargo|\.rustup|\.cache|\.npm|\.pub-cache"
    r"|\.nuget|\.gradle|\.m2|\.julia/packages|pkg/mod|go/src|usr/lib|usr/share/doc|tests?|__tests__|testdata|fixtures|examples?)/"
)


def locked(
    path: str, cataloger: str, kind: str, pins: Iterable[tuple[str, ...]], names: re.Pattern[str] = NAME
) -> Iterator[Package | Problem]:
    """The packages of `pins` (name, version, perhaps a licence), each once and in order; nothing below another package.

    Raises what `pins` raise at their end.
    """
    if not _BELOW_A_PACKAGE.search(path):
        yield from bound_problems(stated(path, cataloger, _package(kind, *pin), names) for pin in _distinct(pins))


def _distinct(pins: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    seen = set()
    for pin in pins:
        if pin not in seen:
            seen.add(pin)
            yield pin


def _package(kind: str, name: str, version: str, licence: str = "") -> Package:
    return Package(kind, name, version, licence=licence, origin=Origin.LOCK)
