"""Images made of small layers, and what is visible in them."""

import io
from collections.abc import Mapping

from hullmark.inventory import Inventory, LayerInventory, assemble, read_layer
from hullmark.inventory.globs import Matcher
from hullmark.model import Image, Layer, Platform
from hullmark.settings import Limits
from tests.layers.tars import Member, layer_of, tar_of

Members = Mapping[str, Member] | list[tuple[str, Member]]
IMAGE = Image("example/image:1", "", "", (), f"sha256:{1:064}", "", Platform(), (), {})


def status(*packages: str) -> bytes:
    """A dpkg status file of packages written `name=version`, `name=version/source=version`."""
    stanzas = []
    for package in packages:
        own, _, source = package.partition("/")
        name, _, version = own.partition("=")
        lines = [f"Package: {name}", "Status: install ok installed", f"Version: {version}", "Architecture: amd64"]
        if source:
            source_name, _, source_version = source.partition("=")
            lines.append(f"Source: {source_name} ({source_version})" if source_version else f"Source: {source_name}")
        stanzas.append("\n".join(lines) + "\n")
    return "\n".join(stanzas).encode()


def metadata(name: str, version: str) -> bytes:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()


def apk(*packages: str) -> bytes:
    pairs = [package.partition("=") for package in packages]
    return "\n".join(f"P:{name}\nV:{version}\nA:x86_64\no:{name}\n" for name, _, version in pairs).encode()


def read_members(members: Members, index: int = 0, wanting: Matcher | None = None) -> LayerInventory:
    plain = tar_of(members)
    return read_layer(io.BytesIO(plain), layer_of(plain, plain, index), Limits(), lambda: io.BytesIO(plain), wanting)


def read_bytes(data: bytes, limits: Limits) -> LayerInventory:
    """A layer of these stored bytes, in whatever compression; raises as `read_layer`."""
    return read_layer(io.BytesIO(data), Layer(0, "", "", -1, ""), limits, lambda: io.BytesIO(data))


def stack(*layers: Members, wanting: Matcher | None = None) -> Inventory:
    """The inventory of an image of these layers, the lowest first; by default all catalogers read them."""
    return assemble(IMAGE, [read_members(members, index, wanting) for index, members in enumerate(layers)])


def seen(inventory: Inventory) -> set[tuple[str, str, int]]:
    """(path, name=version, layer index) of every package."""
    rows = inventory.packages.select(["path", "name", "version", "layer_index"]).to_pylist()
    found = [(row["path"], f"{row['name']}={row['version']}", row["layer_index"]) for row in rows]
    assert len(set(found)) == len(found)
    return set(found)


def removed(inventory: Inventory) -> set[tuple[str, str, int, int]]:
    """(path, name=version, layer index, index of the layer that removed it) of every removed package."""
    rows = inventory.removed.to_pylist()
    found = [
        (row["path"], f"{row['name']}={row['version']}", row["layer_index"], row["removed_layer_index"]) for row in rows
    ]
    assert len(set(found)) == len(found)
    return set(found)


def reasons(inventory: Inventory) -> list[tuple[str, str]]:
    return [(row["path"], row["reason"]) for row in inventory.problems.to_pylist()]
