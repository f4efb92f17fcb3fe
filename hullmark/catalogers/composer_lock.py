"""Lock files of Composer: `composer.lock`, of which `packages` is for production."""

from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.catalogers.composer import NAMES
from hullmark.formats.json_object import objects, parse_object, text, texts
from hullmark.formats.spdx_licences import any_of
from hullmark.model import Package, Problem


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins for production. Raises CorruptData for what is no JSON object."""
    entries = objects(parse_object(data).get("packages"))
    pins = ((text(entry, "name").lower(), text(entry, "version"), any_of(texts(entry.get("license")))) for entry in entries)
    return locked(path, "composer-lock", "composer", pins, NAMES)


CATALOGER = Cataloger(name="composer-lock", type="composer", globs=("**/composer.lock",), parse=parse, max_bytes=MOST_BYTES)
