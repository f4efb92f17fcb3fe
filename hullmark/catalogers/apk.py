"""Packages that apk has installed: `lib/apk/db/installed` of Alpine, Wolfi and their kin.

Source: apk-tools, doc/apk-package.5 (fields P name, V version, A arch, o origin, L licence, F folder, R file in it, which is
the package's). The origin is the source package, whose name advisories use. Virtual packages (`apk add --virtual`) are
listed as `apk info` lists them.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._owned import LONGEST, RATIO, owned
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats.cut import CUT, is_cut
from hullmark.formats.problems import bound_problems
from hullmark.formats.spdx_licences import spdx
from hullmark.formats.stanzas import Fields, field_pattern, stanzas
from hullmark.model import Owned, Package, Problem

_FIELDS = field_pattern("P", "V", "A", "o", "L", "F", "R")
_FILES = frozenset("FR")
_NAME = re.compile(r"[A-Za-z0-9._][A-Za-z0-9+._-]{0,255}")
_VERSION = re.compile(r"[!-~]{1,256}")


def parse(path: str, data: bytes) -> Iterator[Package | Owned | Problem]:
    """The packages of an apk database and what each owns, in file order; a stanza that cannot be understood is a Problem."""
    return bound_problems(_packages(path, data))


def _packages(path: str, data: bytes) -> Iterator[Package | Owned | Problem]:
    room = RATIO * len(data)
    for number, pairs in enumerate(stanzas(data, _FIELDS), 1):
        facts = [pair for pair in pairs if pair[0] not in _FILES]
        fields = dict(facts)
        reason = _damage(fields, len(facts))
        if reason:
            yield Problem(path, "apk", f"stanza {number} {reason}")
        else:
            yield _package(fields)
            try:
                for item in owned(fields["P"], _files(pairs), room):
                    room -= sum(map(len, item.paths))
                    yield item
            except CorruptData as error:
                yield Problem(path, "apk", f"stanza {number} ({fields['P']}): {error}")
    if is_cut(data):
        yield Problem(path, "apk", CUT)


def _files(pairs: Fields) -> Iterator[str]:
    folder = ""
    for name, value in pairs:
        if name == "F":
            folder = value if len(value) <= LONGEST else ""
        elif name == "R":
            yield f"{folder}/{value}" if folder else value


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
        arch=fields.get("A", "")[:64],
        source_name=origin if origin != name and _NAME.fullmatch(origin) else "",
        licence=spdx(fields.get("L", "")),
    )


CATALOGER = Cataloger(name="apk", type="apk", globs=("lib/apk/db/installed", "usr/lib/apk/db/installed"), parse=parse)
