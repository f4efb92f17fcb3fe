"""Licences that another file states than the one that lists the package, as Debian's `usr/share/doc/<package>/copyright`.

There the folder, or the file, may be a link to that of another package built from the same source.
"""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.layers.names import folder_of, joined

FOLDER, FILE = "usr/share/doc", "copyright"
MOST_HOPS = 5  # links from one package's folder to another's


def with_licences(packages: pa.Table, stated: pa.Table, names: pa.Table) -> pa.Table:
    """The packages, those without a licence with the one that the finished image states of them elsewhere.

    `stated` are such statements (type, name, licence), `names` all names of all layers, lowest first, of which
    symbolic links are asked.
    """
    if not stated.num_rows:
        return packages
    known = dict(zip(_named(stated).to_pylist(), stated["licence"].to_pylist(), strict=True))
    found = {**known, **_linked(known, names)}
    at = pc.index_in(_named(packages), value_set=pa.array(list(found), pa.string()))
    licences = pc.coalesce(pa.array(list(found.values()), pa.string()).take(at), packages["licence"])
    filled = pc.if_else(pc.equal(packages["licence"], ""), licences, packages["licence"])
    return packages.set_column(packages.schema.get_field_index("licence"), "licence", filled)


def _named(rows: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(rows["type"], rows["name"], "/")


def _linked(known: Mapping[str, str], names: pa.Table) -> dict[str, str]:
    """By package of Debian the licence that a symbolic link in FOLDER leads to."""
    links = names.filter(pc.and_(pc.equal(names["kind"], "symlink"), pc.starts_with(names["path"], f"{FOLDER}/")))
    leads: dict[str, str] = {}
    for row in links.select(["path", "target"]).to_pylist():
        path, target = row["path"], joined(folder_of(row["path"]), row["target"] or "")
        if folder_of(path) == FOLDER:
            leads[path] = target
        elif path.endswith(f"/{FILE}") and target.endswith(f"/{FILE}"):
            leads[folder_of(path)] = folder_of(target)
    found = {}
    for folder in leads:
        place = folder
        for _ in range(MOST_HOPS):
            place = leads.get(place, place)
        own, there = (f"deb/{one.removeprefix(f'{FOLDER}/')}" for one in (folder, place))
        if own not in known and there in known:
            found[own] = known[there]
    return found
