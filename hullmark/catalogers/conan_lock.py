"""Lock files of Conan: the references of `conan.lock`, version 2 (`requires`) and version 1 (`graph_lock`)."""

import re
from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.formats.json_object import child, parse_object, text, texts
from hullmark.model import Package, Problem

_REFERENCE = re.compile(r"([a-z0-9_+.-]{1,101})/([^\s@#:%/\[\]]{1,101})(?:[@#:%].*)?")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins for the program, not for its build. Raises CorruptData for what is no JSON object."""
    document = parse_object(data)
    nodes = child(child(document, "graph_lock"), "nodes")
    # node "0" is the project itself
    references = texts(document.get("requires")) + [text(child(nodes, key), "ref") for key in nodes if key != "0"]
    found = (_REFERENCE.fullmatch(reference) for reference in references)
    return locked(path, "conan-lock", "conan", ((reference[1], reference[2]) for reference in found if reference))


CATALOGER = Cataloger(name="conan-lock", type="conan", globs=("**/conan.lock",), parse=parse, max_bytes=MOST_BYTES)
