"""Packages of a conda environment: one JSON record each in `conda-meta` (conda, mamba, micromamba, pixi).

Source: conda's PrefixRecord. What a Python package is on PyPI is not repeated here: its `dist-info` lies in the same
environment and is read there, so each identity is listed once.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.formats.json_object import parse_object, text
from hullmark.formats.spdx_licences import spdx
from hullmark.model import Package, Problem

NAMES = re.compile(r"[A-Za-z0-9_.-]{1,200}")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The one package of a record; a Problem when it has no valid name or version. Raises CorruptData for no JSON object."""
    record = parse_object(data)
    name, version, licence = text(record, "name"), text(record, "version"), spdx(text(record, "license"))
    yield stated(path, "conda", Package("conda", name, version, licence=licence), NAMES)


CATALOGER = Cataloger(name="conda", type="conda", globs=("**/conda-meta/*.json",), parse=parse)
