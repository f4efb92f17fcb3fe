"""Snaps that are unpacked in an image: `snap/<name>/<revision>/meta/snap.yaml`.

Source: snapcraft's documentation of snap.yaml. Only its plain top-level `name` and `version` are read, so that no YAML
reader meets the file. A snap that lies packed in `var/lib/snapd/snaps` is a squashfs image; it is not read.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.model import Package, Problem

_NAMES = re.compile(r"[a-z0-9-]{1,40}")
_LINE = re.compile(rb"^(name|version):[ \t]*(\S[^\n\r]*?)[ \t\r]*(?: #[^\n]*)?$", re.MULTILINE)


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one snap; a Problem when it has no valid name or version."""
    fields = {key.decode(): value.decode("utf-8", "replace") for key, value in reversed(_LINE.findall(data))}
    name, version = (_unquoted(fields.get(key, "")) for key in ("name", "version"))
    yield stated(path, "snap", Package("snap", name, version), _NAMES)


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


CATALOGER = Cataloger(name="snap", type="snap", globs=("snap/*/*/meta/snap.yaml",), parse=parse)
