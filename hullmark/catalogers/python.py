"""Installed Python distributions: the METADATA or PKG-INFO file beside the code.

Source: the core metadata specification (packaging.python.org), PEP 376, and setuptools' egg-info. Names are kept as written;
`purl.advisory_name` normalises them. A wheel file that merely lies in an image is not installed and is not read.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import CUT, is_cut
from hullmark.formats.licence_texts import licences_in, one_line
from hullmark.formats.spdx_licences import is_spdx, spdx
from hullmark.model import Package, Problem

LICENCE_CHARACTERS = 100  # a License field that is longer holds the text of a licence, not its name
TEXT_CHARACTERS = 16_384  # of such a text that are looked at

_FIELDS = re.compile(
    rb"^(name|version|license|license-expression|classifier)[ \t]*:[ \t]*(.*(?:\n[ \t|].*)*)", re.IGNORECASE | re.MULTILINE
)
_DESCRIBED = re.compile(rb"\S\r?\n\r?\n")  # the headers have an end, and nothing after it is read
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,255}[A-Za-z0-9])?")
_VERSION = re.compile(r"[!-~]{1,256}")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one distribution that a metadata file describes, or a Problem when it has no valid name or version."""
    fields = _headers(data)
    name, version = _first(fields, "name"), _first(fields, "version")
    if not _NAME.fullmatch(name):
        yield Problem(path, "python", "the metadata has no valid Name field")
    elif not _VERSION.fullmatch(version):
        yield Problem(path, "python", f"the metadata of {name[:60]} has no valid Version field")
    else:
        yield Package(type="pypi", name=name, version=version, licence=_licence(fields))
        if is_cut(data) and not _DESCRIBED.search(data):
            yield Problem(path, "python", CUT)


def _headers(data: bytes) -> dict[str, list[str]]:
    """The values of each wanted field by its lower-case name, in order; the description after the headers is not read."""
    head = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").lstrip(b"\n").partition(b"\n\n")[0]
    fields: dict[str, list[str]] = {}
    for name, value in _FIELDS.findall(head):
        key, text = name.decode("ascii").lower(), value.decode("utf-8", "replace").strip()
        fields.setdefault(key, []).append(text if key == "license" else text.partition("\n")[0])
    return fields


def _first(fields: dict[str, list[str]], name: str) -> str:
    return fields.get(name, [""])[0]


def _licence(fields: dict[str, list[str]]) -> str:
    """The expression; else the License field, a name or a text, or the classifiers' last parts: what is SPDX, else what is
    stated; "" when there is none."""
    expression = _first(fields, "license-expression")
    if expression:
        return spdx(expression)
    stated = _of_field(_first(fields, "license"))
    if is_spdx(stated):
        return stated
    found = [value for value in fields.get("classifier", []) if value.startswith("License ::")]
    names = [spdx(value.rpartition("::")[2]) for value in found]
    classified = ", ".join(name for name in dict.fromkeys(names) if name != "OSI Approved")[:LICENCE_CHARACTERS]
    return classified if is_spdx(classified) else stated or classified


def _of_field(value: str) -> str:
    """What a License field says: the name, or of a text the licence that it is, "" when that is not known."""
    if "\n" not in value and len(value) <= LICENCE_CHARACTERS:
        return spdx(value)
    told = licences_in(one_line(value[:TEXT_CHARACTERS]))
    return told[0] if len(told) == 1 else ""


CATALOGER = Cataloger(
    name="python",
    type="pypi",
    globs=(
        "**/*dist-info/METADATA",
        "**/*DIST-INFO/METADATA",
        "**/*egg-info/PKG-INFO",
        "**/*EGG-INFO/PKG-INFO",
        "**/*.egg-info",
    ),
    parse=parse,
)
