"""The packages of an image: what a layer knows of each, and what only the whole image does."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from hullmark.distro import ecosystem
from hullmark.inventory.evidence import FIRM
from hullmark.inventory.spans import Span
from hullmark.inventory.value import Installed, Removed
from hullmark.model import Distro, Package
from hullmark.purl import OS_TYPES, advisory_name, lists_binaries, purl_of

Naming = Callable[[Package], tuple[str, str, str, bool]]


def installed(spans: Iterable[tuple[Span, str, str]], distro: Distro) -> Iterator[Installed]:
    """The visible packages, each with its owner and its licence."""
    named = _naming(distro)
    for span, owner, licence in spans:
        found = span.found
        package = found.package
        purl, place, name, by_source = named(package)
        yield Installed(
            package=package,
            path=span.path,
            layer=span.since,
            first_layer=span.first,
            purl=purl,
            ecosystem=place,
            advisory_name=name,
            advisory_version=package.source_version if by_source else package.version,
            key=found.source_key if by_source else found.key,
            licence=licence,
            upgraded_from=span.before.found.package.version if span.before else "",
            owner=owner,
        )


def removed(spans: Iterable[Span], distro: Distro) -> Iterator[Removed]:
    """What was installed and is no more."""
    named = _naming(distro)
    for span in spans:
        package = span.found.package
        if package.origin in FIRM:
            purl, place, _, _ = named(package)
            after = span.after.found.package.version if span.after else ""
            yield Removed(package, span.path, span.since, span.until, purl, place, after)


@lru_cache(maxsize=64)
def _naming(distro: Distro) -> Naming:
    """What gives package URL, ecosystem and advisory name of a package, and whether its source's version is compared."""

    @lru_cache(maxsize=1 << 10)
    def place_of(kind: str) -> tuple[str, bool]:
        place = ecosystem(distro, kind)
        return place, kind in OS_TYPES and not lists_binaries(place)

    @lru_cache(maxsize=1 << 16)
    def named(stated: tuple[str, str, str, str, str, str]) -> tuple[str, str]:
        package = Package(*stated)
        place = place_of(package.type)[0]
        return purl_of(package, distro), advisory_name(package.type, package.name, package.source_name, place)

    def naming(package: Package) -> tuple[str, str, str, bool]:
        place, by_source = place_of(package.type)
        source = package.source_version
        purl, name = named((package.type, package.name, package.version, package.arch, package.source_name, source))
        return purl, place, name, by_source and source != ""

    return naming
