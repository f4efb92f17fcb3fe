"""A stacked image as the lake has it, in Arrow tables."""

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from hullmark.inventory.fingerprint import engine
from hullmark.inventory.stacking import stack
from hullmark.inventory.value import Exposed, Installed, Inventory, LayerInventory, Removed, Stacked
from hullmark.lake.schema import EXPOSURES, PACKAGES, PROBLEMS, REMOVED_PACKAGES
from hullmark.model import Image, Package

Columns = Mapping[str, Iterable[object]]
OF_PACKAGE = (
    "type", "name", "version", "arch", "source_name", "source_version", "vendor", "modularity", "cpe", "origin", "inner",
)  # fmt: skip


def assemble(image: Image, layers: Sequence[LayerInventory]) -> Inventory:
    """The inventory of `image` from its layers, the lowest first; see `stack`."""
    return inventory_of(stack(image, layers), image.digest, [layer.digest for layer in layers])


def inventory_of(found: Stacked, digest: str, layers: Sequence[str]) -> Inventory:
    """What was found in the image of that digest; `layers` are the digests of its layers, by which tables name them."""
    stored: dict[int | None, str] = {None: "", **dict(enumerate(layers))}
    both = {"image_digest": digest, "engine": engine()}
    problems = {
        "layer": [stored[layer] for layer, _ in found.problems],
        "path": [problem.path for _, problem in found.problems],
        "cataloger": [problem.cataloger for _, problem in found.problems],
        "reason": [problem.reason for _, problem in found.problems],
    }
    return Inventory(
        found.distro,
        _table(PACKAGES, len(found.packages), both, _packages(found.packages, stored)),
        _table(REMOVED_PACKAGES, len(found.removed), both, _removed(found.removed, stored)),
        _table(PROBLEMS, len(found.problems), both, problems),
        _table(EXPOSURES, len(found.exposures), both, _exposures(found.exposures, stored)),
    )


def _packages(rows: Sequence[Installed], stored: Mapping[int | None, str]) -> Columns:
    same = ("path", "purl", "ecosystem", "advisory_name", "advisory_version", "licence", "owner", "upgraded_from")
    return {
        **_stated([row.package for row in rows]),
        **{name: [getattr(row, name) for row in rows] for name in same},
        "version_key": [row.key for row in rows],
        "layer": [stored[row.layer] for row in rows],
        "layer_index": [row.layer for row in rows],
        "first_layer": [stored[row.first_layer] for row in rows],
        "first_layer_index": [row.first_layer for row in rows],
    }


def _removed(rows: Sequence[Removed], stored: Mapping[int | None, str]) -> Columns:
    return {
        **_stated([row.package for row in rows]),
        **{name: [getattr(row, name) for row in rows] for name in ("path", "purl", "ecosystem", "replaced_by")},
        "layer": [stored[row.layer] for row in rows],
        "layer_index": [row.layer for row in rows],
        "removed_layer": [stored[row.removed_layer] for row in rows],
        "removed_layer_index": [row.removed_layer for row in rows],
    }


def _exposures(rows: Sequence[Exposed], stored: Mapping[int | None, str]) -> Columns:
    return {
        "path": [row.path for row in rows],
        "kind": [row.exposure.kind for row in rows],
        "evidence": [row.exposure.evidence for row in rows],
        "layer": [stored[row.layer] for row in rows],
        "layer_index": [row.layer for row in rows],
        "removed_layer": [stored[row.removed_layer] for row in rows],
        "removed_layer_index": [row.removed_layer for row in rows],
    }


def _stated(packages: Sequence[Package]) -> Columns:
    return {name: [getattr(package, name) for package in packages] for name in OF_PACKAGE}


def _table(schema: pa.Schema, count: int, both: Mapping[str, str], columns: Columns) -> pa.Table:
    arrays = [
        pa.array(columns[field.name] if field.name in columns else [both[field.name]] * count, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
