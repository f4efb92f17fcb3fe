"""Lock files of Pipenv: `Pipfile.lock`, of which the section `default` is for production."""

from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.formats.json_object import child, parse_object, text
from hullmark.model import Package, Problem


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins for production. Raises CorruptData for what is no JSON object."""
    section = child(parse_object(data), "default")
    pins = ((name, text(entry, "version")) for name, entry in section.items() if isinstance(entry, dict))
    exact = ((name, version.lstrip("=")) for name, version in pins if version.startswith("=="))
    return locked(path, "pipfile-lock", "pypi", exact)


CATALOGER = Cataloger(name="pipfile-lock", type="pypi", globs=("**/Pipfile.lock",), parse=parse, max_bytes=MOST_BYTES)
