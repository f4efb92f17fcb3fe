"""Version schemes: `key(scheme, version) -> bytes`, where bytewise order is version order.

A scheme is one module in this package with a constant `SCHEME`; adding one edits nothing else (a module whose name begins
with "_" is shared by schemes and is none). Keys of one scheme are compared with each other only. Equal versions ("1.0" and
"1.0.0" in PEP 440) have equal keys, and no key is empty, so that the empty key is OSV's "0": below every version.
"""

import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module

from hullmark.errors import InvalidVersion, UsageError

FALLBACK = "generic"  # its name says that nobody defines this order
# OSV ecosystems whose next word names the one that they repackage, and the words whose order their own patches keep.
REPACKAGERS = {
    "Docker Hardened Images": ("Alpine", "Debian"),
    "Root": ("Alpine", "Debian", "Maven", "PyPI", "Ubuntu", "npm"),
    "TuxCare": (
        "AlmaLinux",
        "Alpine",
        "CentOS",
        "Debian",
        "Maven",
        "Oracle Linux",
        "Packagist",
        "PyPI",
        "Red Hat",
        "Ubuntu",
        "npm",
    ),
}


@dataclass(frozen=True, slots=True)
class Scheme:
    """`key` raises InvalidVersion for what the scheme does not allow; `ecosystems` are OSV names without a release.

    `bound` is the key of a version that limits a range, where a scheme allows fewer there.
    """

    name: str
    key: Callable[[str], bytes]
    ecosystems: tuple[str, ...]
    types: tuple[str, ...]  # purl types whose packages it orders
    bound: Callable[[str], bytes] | None = None


@cache
def schemes() -> dict[str, Scheme]:
    """Every scheme by its name, sorted; a module without SCHEME is an error."""
    modules = sorted(item.name for item in pkgutil.iter_modules(__path__) if not item.name.startswith("_"))
    found: list[Scheme] = [import_module(f"{__name__}.{module}").SCHEME for module in modules]
    return {scheme.name: scheme for scheme in sorted(found, key=lambda scheme: scheme.name)}


@lru_cache(maxsize=1024)
def scheme_of_ecosystem(ecosystem: str) -> str | None:
    """The scheme of an OSV ecosystem, with or without its release ("Debian:12"); None when Hullmark has none for it.

    Who repackages an ecosystem keeps its order: "Docker Hardened Images:Debian:trixie" is ordered as Debian.
    """
    base, _, rest = ecosystem.partition(":")
    if base in REPACKAGERS:
        return scheme_of_ecosystem(rest) if rest.partition(":")[0] in REPACKAGERS[base] else None
    return next((scheme.name for scheme in schemes().values() if base in scheme.ecosystems), None)


@lru_cache(maxsize=1024)
def scheme_of_type(purl_type: str) -> str | None:
    """The scheme of a purl type, FALLBACK for one that no scheme claims; None without a type."""
    found = next((scheme.name for scheme in schemes().values() if purl_type in scheme.types), FALLBACK)
    return found if purl_type else None


def key(scheme: str, version: str) -> bytes:
    """The order-preserving key of one version; raises InvalidVersion, and UsageError for an unknown scheme."""
    return _scheme(scheme).key(version)


def bound(scheme: str, version: str) -> bytes:
    """The key of a version that limits a range; raises as `key` does, and for what would limit it to nothing unseen."""
    found = _scheme(scheme)
    return (found.bound or found.key)(version)


def keys(scheme: str, versions: Iterable[str | None]) -> list[bytes | None]:
    """The keys of many versions, each distinct one computed once; None for None and for what the scheme does not allow."""
    make = _scheme(scheme).key
    wanted = list(versions)
    known = {version: _try(make, version) for version in set(wanted)}
    return [known[version] for version in wanted]


def _scheme(scheme: str) -> Scheme:
    found = schemes().get(scheme)
    if found is None:
        raise UsageError(f"Hullmark has no version scheme {scheme!r}; name one of {', '.join(schemes())}")
    return found


def _try(make: Callable[[str], bytes], version: str | None) -> bytes | None:
    try:
        return make(version) if version is not None else None
    except InvalidVersion:
        return None
