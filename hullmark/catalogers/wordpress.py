"""WordPress plugins and themes: the header comment of a plugin's main file, and of a theme's `style.css`.

Source: WordPress, get_file_data() and get_plugins(): the first 8 KiB of every PHP file in `plugins`, in a folder of it, and
in `mu-plugins`; a file that names no plugin is none. Advisories know a plugin by its folder, which is its address on
wordpress.org, so that is its name here; WordPress itself is a pattern of `software`.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import CUT
from hullmark.formats.spdx_licences import spdx
from hullmark.model import Package, Problem

HEADER = 8 * 1024  # bytes that WordPress reads
MOST_BYTES = 16 * 1024 * 1024

_PLACE = re.compile(r"(?:.*/)?(?:mu-)?(plugin|theme)s/([^/]+)(?:/[^/]+)?")
_FIELD = re.compile(
    rb"^(?:[ \t]*<\?php)?[ \t/*#@]*(Plugin Name|Theme Name|Version|License):([^\r\n]*)", re.MULTILINE | re.IGNORECASE
)
_END = re.compile(r"(?:\*/|\?>).*")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one plugin or theme, named `wordpress-plugin/<folder>`; nothing of files that name none, or state no version."""
    place = _PLACE.fullmatch(path)
    fields = _fields(data[:HEADER])
    if place and fields.get(f"{place[1]} name") and fields.get("version"):
        name = f"wordpress-{place[1]}/{place[2].removesuffix('.php')}"
        licence = spdx(fields.get("license", ""))
        yield stated(path, CATALOGER.name, Package("generic", name, fields["version"], licence=licence))
    if place and fields.get(f"{place[1]} name") and len(data) < HEADER and data.count(b"/*") > data.count(b"*/"):
        yield Problem(path, CATALOGER.name, CUT)


def _fields(header: bytes) -> dict[str, str]:
    """The first value of each field, by its name in lower case."""
    found: dict[str, str] = {}
    for name, value in _FIELD.findall(header.replace(b"\r", b"\n")):
        found.setdefault(name.decode().lower(), _END.sub("", value.decode("utf-8", "replace")).strip())
    return found


CATALOGER = Cataloger(
    name="wordpress",
    type="generic",
    globs=(
        "**/wp-content/plugins/*.php",
        "**/wp-content/plugins/*/*.php",
        "**/wp-content/mu-plugins/*.php",
        "**/wp-content/themes/*/style.css",
    ),
    parse=parse,
    max_bytes=MOST_BYTES,
)
