"""Version schemes: `key(scheme, version) -> bytes`, where bytewise order is version order.

A scheme is one module in this package with a constant `SCHEME`; adding one edits nothing else. Keys of one scheme are
compared with each other only. Equal versions ("1.0" and "1.0.0" in PEP 440) have equal keys.
"""

import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from hullmark.errors import InvalidVersion


@dataclass(frozen=True, slots=True)
class Scheme:
    """`key` raises InvalidVersion for what the scheme does not allow; `ecosystems` are OSV names without a release."""

    name: str
    key: Callable[[str], bytes]
    ecosystems: tuple[str, ...]
    types: tuple[str, ...]  # purl types whose packages it orders


@cache
def schemes() -> dict[str, Scheme]:
    """Every scheme by its name, sorted; a module without SCHEME is an error."""
    modules = sorted(item.name for item in pkgutil.iter_modules(__path__))
    found: list[Scheme] = [import_module(f"{__name__}.{module}").SCHEME for module in modules]
    return {scheme.name: scheme for scheme in sorted(found, key=lambda scheme: scheme.name)}


@cache
def scheme_of_ecosystem(ecosystem: str) -> str | None:
    """The scheme of an OSV ecosystem, with or without its release ("Debian:12"); None when Hullmark has none for it."""
    base = ecosystem.partition(":")[0]
    return next((scheme.name for scheme in schemes().values() if base in scheme.ecosystems), None)


@cache
def scheme_of_type(purl_type: str) -> str | None:
    """The scheme of a purl type; None when Hullmark has none for it."""
    return next((scheme.name for scheme in schemes().values() if purl_type in scheme.types), None)


def key(scheme: str, version: str) -> bytes:
    """The order-preserving key of one version; raises InvalidVersion."""
    return schemes()[scheme].key(version)


def keys(scheme: str, versions: Iterable[str | None]) -> list[bytes | None]:
    """The keys of many versions, each distinct one computed once; None for None and for what the scheme does not allow."""
    make = schemes()[scheme].key
    known: dict[str | None, bytes | None] = {None: None}
    result: list[bytes | None] = []
    for version in versions:
        if version not in known:
            known[version] = _try(make, version)
        result.append(known[version])
    return result


def _try(make: Callable[[str], bytes], version: str | None) -> bytes | None:
    try:
        return make(version) if version is not None else None
    except InvalidVersion:
        return None
