"""Random layers, unpacked one over the other by a model that is too simple to be wrong, and the same packages come out.

The model is a dict of paths, changed entry by entry as a runtime changes a folder. Symbolic links to folders are left to
`test_assemble.py`.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inventory.stacks import apk, metadata, removed, seen, stack, status
from tests.layers.tars import Member, symlink

A, B, C = "a/x.dist-info/METADATA", "a/b/y.dist-info/METADATA", "c.egg-info"
DPKG, APK = "var/lib/dpkg/status", "lib/apk/db/installed"
PLACES = [A, B, C, DPKG, APK]
ABOVE = ["a", "a/x.dist-info", "a/b", "a/b/y.dist-info", "var", "var/lib", "var/lib/dpkg", "lib", "lib/apk"]
SUBSETS = st.lists(st.sampled_from(["p=1", "p=2", "q=1", "r=1"]), unique=True, max_size=3)


def _content(path: str, packages: list[str]) -> bytes:
    if path == DPKG:
        return status(*packages)
    if path == APK:
        return apk(*(f"{package}-r0" for package in packages))
    name, _, version = (packages or ["p=1"])[0].partition("=")
    return metadata(name, version)


def _listed(path: str, packages: list[str]) -> set[str]:
    if path == APK:
        return {f"{package}-r0" for package in packages}
    return set(packages) if path == DPKG else {(packages or ["p=1"])[0]}


Entry = tuple[str, str, list[str]]  # what, path, packages
ENTRIES: st.SearchStrategy[Entry] = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(PLACES), SUBSETS),
    st.tuples(st.sampled_from(["remove", "plain", "folder"]), st.sampled_from(PLACES + ABOVE), st.just([])),
    st.tuples(st.just("link"), st.sampled_from(PLACES), st.just([])),
    st.tuples(st.just("opaque"), st.sampled_from(ABOVE), st.just([])),
)
LAYERS = st.lists(st.lists(ENTRIES, max_size=4, unique_by=lambda entry: entry[1]), min_size=1, max_size=5)


def _independent(layer: list[Entry]) -> list[Entry]:
    """Without entries that lie below a non-folder of the same layer: no tool writes such a layer."""
    files = {path for what, path, _ in layer if what in {"write", "plain", "link"}}
    return [entry for entry in layer if not any(entry[1].startswith(f"{file}/") for file in files)]


def _members(layer: list[Entry]) -> list[tuple[str, Member]]:
    members: list[tuple[str, Member]] = []
    for what, path, packages in layer:
        folder, _, name = path.rpartition("/")
        if what == "write":
            members.append((path, _content(path, packages)))
        elif what == "remove":
            members.append((f"{folder}/.wh.{name}".lstrip("/"), b""))
        elif what == "opaque":
            members.append((f"{path}/.wh..wh..opq", b""))
        else:
            members.append((path, {"plain": b"", "link": symlink("nowhere"), "folder": None}[what]))
    return members


Seen = set[tuple[str, str, int]]
Gone = set[tuple[str, str, int, int]]


def _unpack(layers: list[list[Entry]]) -> tuple[Seen, Gone]:
    """What is there in the end, with the layer that brought it, and what was there, with that and the layer that took it."""
    gone: Gone = set()
    root: dict[str, set[str]] = {}  # wanted file -> what it lists
    since: dict[tuple[str, str], int] = {}
    for index, layer in enumerate(layers):
        lower = dict(root)
        for what, path, _ in layer:  # first what hides lower layers
            for file in lower:
                below = file.startswith(f"{path}/")
                itself = file == path and what != "opaque"
                if (below and what != "folder") or itself:
                    root.pop(file, None)
        for what, path, packages in layer:
            if what == "write":
                root[path] = _listed(path, packages)
        there = {(file, package) for file, listed in root.items() for package in listed}
        gone |= {(*item, first, index) for item, first in since.items() if item not in there}
        since = {item: since.get(item, index) for item in there}
    return {(file, package, index) for (file, package), index in since.items()}, gone


@settings(max_examples=250, deadline=None)
@given(LAYERS)
def test_the_model_sees_the_same(layers: list[list[Entry]]) -> None:
    layers = [_independent(layer) for layer in layers]
    found = stack(*map(_members, layers))
    assert (seen(found), removed(found)) == _unpack(layers)


def test_the_model_itself() -> None:
    layers: list[list[Entry]] = [[("write", DPKG, ["p=1"])], [("remove", "var", [])], [("write", DPKG, ["p=1", "q=1"])]]
    assert _unpack(layers) == ({(DPKG, "p=1", 2), (DPKG, "q=1", 2)}, {(DPKG, "p=1", 0, 1)})
