"""The loader's fingerprint: part of the name of every snapshot, so that changed code reads a feed anew."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

from hullmark.lake.schema import (
    ADVISORIES,
    AFFECTED,
    AFFECTED_VERSIONS,
    END_OF_LIFE,
    EXPLOITATION,
    FEED_PROBLEMS,
    PRODUCT_REPOSITORIES,
    SEVERITIES,
)

# Below the package; what they import of Hullmark beyond these (errors, limits, columns) makes no row another one.
SOURCES = (
    "advisories/builds.py", "advisories/debian_tracker.py", "advisories/feed_tables.py", "advisories/feeds",
    "advisories/increments.py", "advisories/nvd.py", "advisories/osv.py", "advisories/osv_members.py",
    "advisories/ranges.py", "advisories/severity.py", "advisories/terms.py", "advisories/updateinfo.py", "distro.py",
    "formats/xml_elements.py", "purl.py", "versions",
)  # fmt: skip


@cache
def loader() -> str:
    """16 hex digits over the source of everything that turns a feed's bytes into rows; equal in a wheel and a checkout."""
    return fingerprint(files("hullmark"))


def fingerprint(package: Traversable) -> str:
    """The same of the package that lies in a folder or in a zip; also of the tables' columns, and of what scores vectors."""
    found = hashlib.sha256()
    for path in SOURCES:
        for name, content in _sources(package.joinpath(*path.split("/")), path):
            found.update(f"{name}\0{len(content)}\0".encode() + content)
    tables = (
        ADVISORIES,
        AFFECTED,
        AFFECTED_VERSIONS,
        SEVERITIES,
        EXPLOITATION,
        END_OF_LIFE,
        PRODUCT_REPOSITORIES,
        FEED_PROBLEMS,
    )
    columns = [[(field.name, str(field.type)) for field in table] for table in tables]
    found.update(repr((columns, version("cvss"))).encode())
    return found.hexdigest()[:16]


def _sources(place: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    """(path, content without carriage returns) of every Python file, in the order of their paths."""
    if place.is_dir():
        for child in sorted(place.iterdir(), key=lambda child: child.name):
            yield from _sources(child, f"{path}/{child.name}")
    elif path.endswith(".py"):
        yield path, place.read_bytes().replace(b"\r\n", b"\n")
