"""Licences that another file states than the one that lists the package: Debian's `usr/share/doc/<package>/copyright`.

The folder, or the file, may be a link to that of another package built from the same source.
"""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.layers.names import folder_of, joined

TYPE, FOLDER, FILE = "deb", "usr/share/doc", "copyright"
MOST_HOPS = 5  # links from one package's folder to another's


def with_licences(packages: pa.Table, stated: pa.Table, names: pa.Table) -> pa.Table:
    """The packages, those of Debian that have no licence with the one that the finished image states of them.

    `stated` are the visible finds of that kind (path, licence), `names` all names of all layers, lowest first, of which
    symbolic links are asked.
    """
    if not stated.num_rows:
        return packages
    known = dict(zip(stated["path"].to_pylist(), stated["licence"].to_pylist(), strict=True))
    found = {**known, **_linked(known, names)}
    paths = pc.binary_join_element_wise(FOLDER, packages["name"], FILE, "/")
    licences = pa.array(list(found.values()), pa.string()).take(
        pc.index_in(paths, value_set=pa.array(list(found), pa.string()))
    )
    fits = pc.and_(pc.equal(packages["type"], TYPE), pc.equal(packages["licence"], ""))
    filled = pc.if_else(fits, pc.coalesce(licences, packages["licence"]), packages["licence"])
    return packages.set_column(packages.schema.get_field_index("licence"), "licence", filled)


def _linked(known: Mapping[str, str], names: pa.Table) -> dict[str, str]:
    """The licence of each path that is, or lies behind, a symbolic link in FOLDER to a known one."""
    links = names.filter(pc.and_(pc.equal(names["kind"], "symlink"), pc.starts_with(names["path"], f"{FOLDER}/")))
    leads: dict[str, str] = {}
    for row in links.select(["path", "target"]).to_pylist():
        path, target = row["path"], joined(folder_of(row["path"]), row["target"] or "")
        if folder_of(path) == FOLDER:
            leads[f"{path}/{FILE}"] = f"{target}/{FILE}"
        elif path.endswith(f"/{FILE}"):
            leads[path] = target
    found = {}
    for path in leads.keys() - known.keys():
        place = path
        for _ in range(MOST_HOPS):
            place = leads.get(place, place)
        if place in known:
            found[path] = known[place]
    return found
