"""Lock files of npm: `package-lock.json` and `npm-shrinkwrap.json`, versions 1, 2 and 3 (package-lock-json(5))."""

from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.formats.json_object import Object, child, parse_object, text
from hullmark.formats.spdx_licences import spdx
from hullmark.model import Package, Problem

MODULES = "node_modules/"


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins for production on Linux. Raises CorruptData for what is no JSON object."""
    document = parse_object(data)
    pins = _places(child(document, "packages")) if "packages" in document else _tree(document)
    return locked(path, "npm-lock", "npm", pins)


def _places(packages: Object) -> Iterator[tuple[str, ...]]:
    """Versions 2 and 3: one flat object by the folder that npm would make."""
    for place, entry in packages.items():
        if MODULES in place and isinstance(entry, dict) and _is_for_us(entry):
            name = text(entry, "name") or place.rpartition(MODULES)[2]
            yield from ((*pin, spdx(text(entry, "license"))) for pin in _pin(name, text(entry, "version")))


def _tree(document: Object) -> Iterator[tuple[str, str]]:
    """Version 1: objects within objects, walked without recursion."""
    left = [document]
    while left:
        for name, entry in child(left.pop(), "dependencies").items():
            if isinstance(entry, dict) and _is_for_us(entry):
                yield from _pin(name, text(entry, "version"))
                left.append(entry)


def _is_for_us(entry: Object) -> bool:
    systems = entry.get("os")
    return not (entry.get("dev") or entry.get("link") or (isinstance(systems, list) and "linux" not in systems))


def _pin(name: str, version: str) -> Iterator[tuple[str, str]]:
    """An alias ("npm:real-name@1.0.0") under its real name; nothing for an address."""
    if version.startswith("npm:"):
        name, _, version = version.removeprefix("npm:").rpartition("@")
    if version and ":" not in version:
        yield name, version


CATALOGER = Cataloger(
    name="npm-lock", type="npm", globs=("**/package-lock.json", "**/npm-shrinkwrap.json"), parse=parse, max_bytes=MOST_BYTES
)
