"""Links that lead from where a cataloger looks to where it does not: what lies there was not read, and that is said."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.inventory.contents import READER
from hullmark.inventory.globs import fixed_paths, matcher
from hullmark.inventory.overlay import Tree, cover, ints
from hullmark.inventory.versions import Versions
from hullmark.layers.names import folder_of, joined

FILES = pa.array(["file", "hardlink"])
SCHEMA = pa.schema([("layer", pa.int32()), ("path", pa.string()), ("cataloger", pa.string()), ("detail", pa.string())])


def unread_links(names: pa.Table, versions: Versions) -> pa.Table:
    """A problem for each link whose target is a file in the finished image that no cataloger read. `names` are all names."""
    leads = _leads(versions)
    read = set(versions.table["real"].filter(pa.array(versions.visible)).to_pylist())
    leads = {path: target for path, target in leads.items() if target not in read}
    there = _present(set(leads.values()), names, versions.layers) if leads else {}
    rows = [
        {
            "layer": there[target],
            "path": path,
            "cataloger": READER,
            "detail": f"it is a link to {target[:200]}, which is not read",
        }
        for path, target in sorted(leads.items())
        if target in there
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _leads(versions: Versions) -> dict[str, str]:
    """Where visible links and the fixed places of catalogers lead, if elsewhere."""
    links, top = versions.links, versions.layers - 1
    symlink = np.asarray(pc.equal(versions.table["kind"], "symlink").to_numpy(), np.bool_)
    rows = versions.table.filter(pa.array(symlink & versions.visible)).select(["real", "target"]).to_pylist()
    leads = {
        row["real"]: joined(folder_of(row["real"]), row["target"] or "")
        for row in rows
        if any(cataloger.follows for cataloger in matcher().catalogers_of(row["real"])) or not matcher().wants(row["real"])
    }
    if links:
        leads = {path: links.resolve(target, top) for path, target in leads.items()}
        leads.update({path: links.resolve(path, top) for path in fixed_paths()})
    return {path: target for path, target in leads.items() if path != target}


def _present(paths: set[str], names: pa.Table, layers: int) -> dict[str, int]:
    """Those of the paths that are files in the finished image, each with the layer that it comes from."""
    tree = Tree(sorted(paths))
    candidates = names.filter(pc.is_in(names["path"], value_set=pa.array(sorted(paths), pa.string())))
    candidates = candidates.filter(pc.is_in(candidates["kind"], value_set=FILES))
    node, layer = tree.find(candidates["path"]), ints(candidates["layer"])
    covers = cover(tree, np.unique(node), names, layers)
    shown = ~covers.between(node, layer, np.full(len(node), layers))
    rows = candidates.filter(pa.array(shown))
    return dict(zip(rows["path"].to_pylist(), rows["layer"].to_pylist(), strict=True))
