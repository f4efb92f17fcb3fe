"""What errata of rpm systems write into versions: several builds of one release, architectures, and the epoch 0; pure.

AlmaLinux and Rocky list 1.18.0-8.module_el8.3 beside 1.18.0-8.module_el8.5, the rebuild for another minor release. Each of
them has the fix. Read as ranges of their own, the first would be affected until the second; so the lowest ends the range.
Red Hat's older records write the architecture behind the version (2.13.3-3.el8_6.1.x86_64), and many the epoch 0 before it,
which no package does.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hullmark.lake.schema import AFFECTED

_BUILD = re.compile(r"\.(module|el|amzn|fc)[+_]?\w.*")
_ARCHITECTURE = re.compile(r"\.(src|noarch|x86_64|aarch64|ppc64le|s390x|i[3-6]86)\Z")
_ECOSYSTEM, _NAME, _MODULES, _LOW_KEY, _HIGH_KEY, _FIXED = (
    AFFECTED.names.index(name) for name in ("ecosystem", "name", "modules", "low_key", "high_key", "fixed_version")
)


def lowest_builds(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows of AFFECTED of one erratum, less those that end with a later build of the same version and release."""
    lowest: dict[object, tuple[Any, ...]] = {}
    for row in rows:
        identity = _identity(row)
        if identity not in lowest or row[_HIGH_KEY] < lowest[identity][_HIGH_KEY]:
            lowest[identity] = row
    return [row for row in rows if lowest[_identity(row)] is row]


def as_packages_write(events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The events of a range with versions as packages have them."""
    return [
        {kind: _as_package(version) if isinstance(version, str) else version for kind, version in event.items()}
        for event in events
    ]


def _as_package(version: str) -> str:
    return _ARCHITECTURE.sub("", version).removeprefix("0:")


def _identity(row: tuple[Any, ...]) -> object:
    if not row[_FIXED]:
        return id(row)
    return (row[_ECOSYSTEM], row[_NAME], tuple(row[_MODULES]), row[_LOW_KEY], _BUILD.sub("", row[_FIXED]))
