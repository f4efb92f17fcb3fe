"""Lock files of the Swift package manager: `Package.resolved`, versions 1, 2 and 3.

A package is named by its address without scheme and `.git` ("github.com/apple/swift-nio"), as OSV's SwiftURL does.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.formats.json_object import Object, child, objects, parse_object, text
from hullmark.model import Package, Problem

_ADDRESS = re.compile(
    r"(?:https?://|ssh://)?(?:[^@/]{1,100}@)?([A-Za-z0-9][A-Za-z0-9.-]{0,200}\.[A-Za-z]{2,20})[:/]([^\s?#]{1,300}?)(?:\.git)?/?"
)


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins to a version. Raises CorruptData for what is no JSON object."""
    document = parse_object(data)
    pins = document.get("pins") or child(document, "object").get("pins")
    return locked(path, "swift-lock", "swift", (pin for entry in objects(pins) for pin in _pin(entry)))


def _pin(entry: Object) -> Iterator[tuple[str, str]]:
    """Nothing for a branch or a revision alone."""
    address = _ADDRESS.fullmatch(text(entry, "location") or text(entry, "repositoryURL"))
    version = text(child(entry, "state"), "version")
    if address and version:
        yield f"{address[1].lower()}/{address[2]}", version


CATALOGER = Cataloger(name="swift-lock", type="swift", globs=("**/Package.resolved",), parse=parse, max_bytes=MOST_BYTES)
