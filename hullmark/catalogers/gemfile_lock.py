"""Lock files of Bundler: `Gemfile.lock` and `gems.locked`, the gems of its GEM and GIT sections."""

import re
from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.catalogers.gemspec import NAMES
from hullmark.formats.cut import is_cut, to_the_end
from hullmark.model import Package, Problem

_SECTION = re.compile(r"^(?:GEM|GIT)[ \t]*$((?:\n[ \t].*)*)", re.MULTILINE)
_SPEC = re.compile(r"^    ([^\s(]{1,200}) \(([^\s()-]{1,200})(?:-[^()\s]{1,100})?\)", re.MULTILINE)
_AFTER = re.compile(r"^DEPENDENCIES[ \t]*$", re.MULTILINE)  # which Bundler writes after the gems, though there be none


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins; a version's platform ("1.16.7-x86_64-linux") is left out, so that each gem is one."""
    source = data.decode("utf-8", "replace").replace("\r\n", "\n")
    sections = (section[1] for section in _SECTION.finditer(source))
    pins = ((found[1], found[2]) for section in sections for found in _SPEC.finditer(section))
    lacks_its_end = bool(source.strip()) and not _AFTER.search(source)
    return locked(path, "gemfile-lock", "gem", to_the_end(pins, is_cut(data) or lacks_its_end), NAMES)


CATALOGER = Cataloger(
    name="gemfile-lock", type="gem", globs=("**/Gemfile.lock", "**/gems.locked"), parse=parse, max_bytes=MOST_BYTES
)
