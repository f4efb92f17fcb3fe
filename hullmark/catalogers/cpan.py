"""Perl distributions that cpanm (and Carton) installed: `.meta/<distribution>/install.json` in an architecture's library.

Source: App::cpanminus, `save_meta`. `perllocal.pod` is not read: it repeats these, under the names of modules.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.formats.json_object import parse_object, text
from hullmark.model import Package, Problem

NAMES = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,199}")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one distribution; a Problem when it has no valid name or version. Raises CorruptData for no JSON object."""
    document = parse_object(data)
    version = text(document, "version")
    name = text(document, "dist").removesuffix(f"-{version}")
    yield stated(path, "cpan", Package("cpan", name, version), NAMES)


CATALOGER = Cataloger(name="cpan", type="cpan", globs=("**/.meta/*/install.json",), parse=parse, max_bytes=4 * 1024 * 1024)
