"""The distinct versions of each scheme that ../shared holds: those that its advisories name."""

import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from hullmark.versions import scheme_of_ecosystem

SHARED = Path(__file__).parents[2] / "shared"


def real_versions() -> dict[str, list[str]]:
    """Versions by scheme, sorted as text; empty where ../shared is not beside this repository."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in sorted(SHARED.glob("feeds/osv/*/all.zip")):
        with zipfile.ZipFile(path) as records:
            for name in records.namelist():
                for scheme, version in _stated(orjson.loads(records.read(name))):
                    found[scheme].add(version)
    return {scheme: sorted(versions) for scheme, versions in found.items()}


def _stated(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for affected in record.get("affected", []):
        scheme = scheme_of_ecosystem(affected.get("package", {}).get("ecosystem", ""))
        if scheme is None:
            continue
        for version in affected.get("versions", []):
            yield scheme, version
        for one in affected.get("ranges", []):
            if one.get("type") != "GIT":
                yield from ((scheme, version) for event in one["events"] for version in event.values() if version != "0")
