"""Stack the layers of an image: what is installed in the root file system that a container of it would see."""

from collections.abc import Iterator, Mapping, Sequence

from hullmark.distro import choose
from hullmark.inventory.configuration import config_exposures, config_problems
from hullmark.inventory.evidence import gone, once, without_answered
from hullmark.inventory.heirs import Places, places
from hullmark.inventory.licences import with_linked
from hullmark.inventory.owners import owners_of
from hullmark.inventory.packages import installed, removed
from hullmark.inventory.sources import answered, with_sources
from hullmark.inventory.spans import Span, spans_of
from hullmark.inventory.unread import unread_links
from hullmark.inventory.value import Exposed, FoundPackage, Installed, LayerInventory, Stacked
from hullmark.inventory.versions import Version, versions_of
from hullmark.model import Distro, Image, Problem

FLEETING = frozenset({"setuid", "setgid", "world-writable", "package-cache"})  # exposures that end with the file

Layers = Sequence[LayerInventory]


def stack(image: Image, layers: Layers) -> Stacked:
    """What is in `image` with these layers, the lowest first; a pure function of them.

    Packages have one row a path, type, name, version and architecture; problems are those of visible files and those of a
    layer as a whole. Raises LimitExceeded for layers that hide one another's files over and over.
    """
    versions = versions_of(layers)
    at = places(layers, versions)
    distro = choose(_distros(layers, at))
    spans = spans_of(_packages(layers, at), len(layers))
    visible = [span for span in spans if span.until == len(layers)]
    told = with_sources(visible)
    licences = with_linked(_licences(layers, at), [layer.names for layer in layers])
    owners = owners_of(visible, [item for layer in layers for item in layer.finds.owned], versions)
    owned = zip(visible, owners, (_licence(span, licences) for span in visible), strict=True)
    there: list[Installed] = list(installed(owned, distro))
    return Stacked(
        distro,
        without_answered(once(there)),
        gone(list(removed((span for span in spans if span.until < len(layers)), distro)), there),
        [
            *((layer, problem) for layer, problem in _problems(layers, at) if not answered(problem, told)),
            *unread_links([layer.names for layer in layers], versions),
            *((None, problem) for problem in config_problems(image)),
        ],
        _exposures(image, layers, at),
    )


def _distros(layers: Layers, at: Places) -> dict[str, Distro]:
    """The releases that visible files state."""
    return {
        version.path: distro
        for layer, placed in zip(layers, at, strict=True)
        for path, _, distro in layer.finds.distros
        if (version := placed.get(path)) and version.visible
    }


def _packages(layers: Layers, at: Places) -> Iterator[tuple[Version, FoundPackage]]:
    for layer, placed in zip(layers, at, strict=True):
        for found in layer.finds.packages:
            version = placed.get(found.path)
            if version:
                yield version, found


def _licences(layers: Layers, at: Places) -> dict[str, str]:
    """By "type/name" the licence of packages that others list, as visible files state it."""
    return {
        f"{item.type}/{item.name}": item.licence
        for layer, placed in zip(layers, at, strict=True)
        for path, _, item in layer.finds.licences
        if (version := placed.get(path)) and version.visible
    }


def _licence(span: Span, licences: Mapping[str, str]) -> str:
    package = span.found.package
    return package.licence or licences.get(f"{package.type}/{package.name}", "")


def _problems(layers: Layers, at: Places) -> Iterator[tuple[int, Problem]]:
    """Problems of visible files, and those that speak of no wanted file, with their layer."""
    for number, (layer, placed) in enumerate(zip(layers, at, strict=True)):
        for problem in layer.finds.problems:
            version = placed.get(problem.path)
            if version is None or version.visible:
                path = version.path if version else problem.path
                yield number, Problem(path, problem.cataloger, problem.reason)


def _exposures(image: Image, layers: Layers, at: Places) -> list[Exposed]:
    """What is exposed in visible files, and in the configuration; secrets in hidden files as well.

    A layer that deletes or replaces a file takes its mode away, but whoever pulls the image has its content. Of the same
    secret in several layers that is told which is visible, else the last one.
    """
    found: dict[tuple[str, str, str], Exposed] = {}
    for number, (layer, placed) in reversed(list(enumerate(zip(layers, at, strict=True)))):
        for path, _, item in layer.finds.exposures:
            version = placed.get(path)
            if version and (version.visible or item.kind not in FLEETING):
                key = (version.real, item.kind, item.evidence)
                told = found.get(key)
                if told is None or (version.visible and told.removed_layer is not None):
                    gone_in = None if version.visible else version.until
                    found[key] = Exposed(version.real, item, number, gone_in)
    for path, item in config_exposures(image):
        found.setdefault((path, item.kind, item.evidence), Exposed(path, item))
    return [*found.values()]
