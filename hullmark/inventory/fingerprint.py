"""The engine's fingerprint: part of the name of every stored layer, so that a changed parser reads layers anew."""

import hashlib
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from hullmark.lake.schema import LAYER_OBJECT
from hullmark.model import Distro, Exposure, Licensed, Owned, Package, Problem

SOURCES = ("catalogers", "distro.py", "formats", "inventory", "layers", "purl.py", "uncompared.py", "versions")


@cache
def engine() -> str:
    """16 hex digits over the source of everything that decides what a layer yields; equal in a wheel and in a checkout."""
    found = hashlib.sha256()
    root = files("hullmark")
    for name in SOURCES:
        for path, content in _sources(root.joinpath(name), name):
            found.update(f"{path}\0{len(content)}\0".encode() + content)
    found.update(_shapes().encode())
    return found.hexdigest()[:16]


def _sources(place: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    """(path, content without carriage returns) of every Python, SQL and TOML file, in the order of their paths."""
    if place.is_dir():
        for child in sorted(place.iterdir(), key=lambda child: child.name):
            yield from _sources(child, f"{path}/{child.name}")
    elif path.endswith((".py", ".sql", ".toml")):
        yield path, place.read_bytes().replace(b"\r\n", b"\n")


def _shapes() -> str:
    """The parts of the model and of the lake that a stored layer is made of."""
    models = [
        (kind.__name__, [(item.name, str(item.type)) for item in fields(kind)])
        for kind in (Distro, Exposure, Licensed, Owned, Package, Problem)
    ]
    columns = [(field.name, str(field.type)) for field in LAYER_OBJECT]
    return repr((models, columns))
