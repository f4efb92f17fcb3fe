"""Snaps that are unpacked in an image: `snap/<name>/<revision>/meta/snap.yaml`.

Source: snapcraft's documentation of snap.yaml. Only its plain top-level `name`, `version` and `license` are read, so that no
YAML reader meets the file. `snap_packed` reads snaps that are squashfs images.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import CUT, is_cut
from hullmark.formats.spdx_licences import spdx
from hullmark.model import Package, Problem

_NAMES = re.compile(r"[a-z0-9-]{1,40}")
_LINE = re.compile(rb"^(name|version|license):([^\n]*)", re.MULTILINE)


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one snap; a Problem when it has no valid name or version."""
    lines = [(key.decode(), line.partition(b" #")[0].strip()) for key, line in reversed(_LINE.findall(data))]
    fields = {key: value.decode("utf-8", "replace") for key, value in lines if value}
    name, version, licence = (_unquoted(fields.get(key, "")) for key in ("name", "version", "license"))
    yield stated(path, "snap", Package("snap", name, version, licence=spdx(licence)), _NAMES)
    if is_cut(data):
        yield Problem(path, "snap", CUT)


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


CATALOGER = Cataloger(name="snap", type="snap", globs=("snap/*/*/meta/snap.yaml",), parse=parse)
