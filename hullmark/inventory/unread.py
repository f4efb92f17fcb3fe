"""Links that lead from where a cataloger looks to where it does not: what lies there was not read, and that is said."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from hullmark.inventory.contents import READER
from hullmark.inventory.globs import fixed_paths, matcher
from hullmark.inventory.overlay import cover
from hullmark.inventory.value import Names
from hullmark.inventory.versions import Versions
from hullmark.layers.names import folder_of, joined
from hullmark.layers.tar import HARDLINK, SYMLINK
from hullmark.model import Problem


def unread_links(layers: Sequence[Names], versions: Versions) -> Iterator[tuple[int, Problem]]:
    """A problem, with its layer, for each link whose target is a file in the finished image that no cataloger read."""
    read = {version.real for version in versions if version.visible}
    leads = {path: target for path, target in _leads(layers, versions).items() if target not in read}
    there = _present(set(leads.values()), layers) if leads else {}
    for path, target in sorted(leads.items()):
        if target in there:
            yield there[target], Problem(path, READER, f"it is a link to {target[:200]}, which is not read")


def _leads(layers: Sequence[Names], versions: Versions) -> dict[str, str]:
    """Where visible links and the fixed places of catalogers lead, if elsewhere."""
    links, top, asked = versions.links, versions.top, matcher()
    leads = {
        version.real: joined(folder_of(version.real), layers[version.layer].targets.get(version.path, ""))
        for version in versions
        if version.kind == SYMLINK and version.visible
        if not asked.wants(version.real) or any(cataloger.follows for cataloger in asked.catalogers_of(version.real))
    }
    if links:
        leads = {path: links.resolve(target, top) for path, target in leads.items()}
        leads.update({path: links.resolve(path, top) for path in fixed_paths()})
    return {path: target for path, target in leads.items() if path != target}


def _present(paths: Collection[str], layers: Sequence[Names]) -> Mapping[str, int]:
    """Those of the paths that are files in the finished image, each with the layer that it comes from."""
    covers = cover(paths, layers)
    found = {}
    for number, names in enumerate(layers):
        for path in paths:
            if names.kinds.get(path) in {"file", HARDLINK} and covers.first(path, number) == covers.count:
                found[path] = number
    return found
