"""Packages that apk has installed: `lib/apk/db/installed` of Alpine, Wolfi and their kin.

Source: apk-tools, doc/apk-package.5 (fields P name, V version, A arch, o origin, L licence). The origin is the source
package, whose name advisories use. Virtual packages (`apk add --virtual .build-deps`) are listed as `apk info` lists them.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.formats.problems import bound_problems
from hullmark.formats.stanzas import field_pattern, stanzas
from hullmark.model import Package, Problem

_FIELDS = field_pattern("P", "V", "A", "o", "L")
_NAME = re.compile(r"[A-Za-z0-9._][A-Za-z0-9+._-]{0,255}")
_VERSION = re.compile(r"[!-~]{1,256}")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The packages of an apk database, in file order; a stanza that cannot be understood is a Problem of its own."""
    return bound_problems(_packages(path, data))


def _packages(path: str, data: bytes) -> Iterator[Package | Problem]:
    for number, pairs in enumerate(stanzas(data, _FIELDS), 1):
        fields = dict(pairs)
        reason = _damage(fields, len(pairs))
        if reason:
            yield Problem(path, "apk", f"stanza {number} {reason}")
        else:
            yield _package(fields)


def _damage(fields: dict[str, str], stated: int) -> str:
    if len(fields) != stated:
        return "states a field twice, as if two stanzas ran together"
    name = fields.get("P", "")
    if not _NAME.fullmatch(name):
        return "has no valid name (P:)"
    if not _VERSION.fullmatch(fields.get("V", "")):
        return f"({name[:60]}) has no valid version (V:)"
    return ""


def _package(fields: dict[str, str]) -> Package:
    name, origin = fields["P"], fields.get("o", "")
    return Package(
        type="apk",
        name=name,
        version=fields["V"],
        arch=fields.get("A", ""),
        source_name=origin if origin != name and _NAME.fullmatch(origin) else "",
        licence=fields.get("L", "")[:200],
    )


CATALOGER = Cataloger(name="apk", type="apk", globs=("lib/apk/db/installed", "usr/lib/apk/db/installed"), parse=parse)
