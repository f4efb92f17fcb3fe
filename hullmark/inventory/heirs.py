"""Where a file with several names lost the one that its finds are under, another name that is still there takes them."""

from collections.abc import Mapping, Sequence

from hullmark.inventory.value import LayerInventory
from hullmark.inventory.versions import Version, Versions

Places = Sequence[Mapping[str, Version]]  # of each layer, by the path that its finds have


def places(layers: Sequence[LayerInventory], versions: Versions) -> Places:
    """The version that finds are of, with those of hidden names moved to the first visible alias of the same layer."""
    found = []
    for layer, named in zip(layers, versions.by_name, strict=True):
        heirs: dict[str, Version] = {}
        for alias, first in layer.finds.aliases:
            other, lost = named.get(alias), named.get(first)
            if other and lost and other.visible and not lost.visible:
                heirs.setdefault(first, other)
        found.append({**named, **heirs} if heirs else named)
    return found
