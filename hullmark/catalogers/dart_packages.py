"""Dart and Flutter packages that pub fetched: `.dart_tool/package_config.json`, whose hosted ones lie in the package cache.

Source: dart.dev, package configuration file v2. The version is that of the cache's folder (`hosted/<host>/http-0.13.5/`);
packages of the SDK and local folders have none.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.formats.json_object import objects, parse_object, text
from hullmark.formats.problems import bound_problems
from hullmark.model import Package, Problem

_CACHED = re.compile(r".{0,1000}/hosted/[^/]{1,200}/([A-Za-z0-9_]{1,200})-(\d[^/]{0,200})/?", re.DOTALL)


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The hosted packages in file order. Raises CorruptData for what is no JSON object."""
    entries = objects(parse_object(data).get("packages"))
    found = (_CACHED.fullmatch(text(entry, "rootUri")) for entry in entries)
    return bound_problems(stated(path, "dart-packages", Package("pub", hit[1], hit[2])) for hit in found if hit)


CATALOGER = Cataloger(
    name="dart-packages", type="pub", globs=("**/.dart_tool/package_config.json",), parse=parse, max_bytes=16 * 1024 * 1024
)
