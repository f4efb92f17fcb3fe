"""The package table of an image: what a layer knows of each package, and what only the whole image does."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.distro import ecosystem
from hullmark.inventory.evidence import is_firm
from hullmark.inventory.fingerprint import engine
from hullmark.lake.schema import PACKAGES, REMOVED_PACKAGES
from hullmark.model import Distro, Package
from hullmark.purl import OS_TYPES, advisory_name, lists_binaries, purl_of

NAMED = ("type", "name", "version", "arch", "source_name", "source_version")


def package_rows(found: pa.Table, image_digest: str, distro: Distro) -> pa.Table:
    """Rows of PACKAGES from package rows of LAYER_OBJECT that have what only the stack of layers tells as well."""
    by_source = pc.and_(pc.is_in(found["type"], value_set=_source_types(distro)), pc.not_equal(found["source_version"], ""))
    return _rows(found, image_digest, distro, PACKAGES, {
        "advisory_version": pc.if_else(by_source, found["source_version"], found["version"]),
        "version_key": pc.if_else(by_source, found["source_version_key"], found["version_key"]),
    })  # fmt: skip


def removed_rows(found: pa.Table, image_digest: str, distro: Distro) -> pa.Table:
    """Rows of REMOVED_PACKAGES from rows as above, of what was installed."""
    return _rows(found.filter(is_firm(found)), image_digest, distro, REMOVED_PACKAGES, {})


def _rows(
    found: pa.Table, image_digest: str, distro: Distro, schema: pa.Schema, more: Mapping[str, pa.ChunkedArray]
) -> pa.Table:
    count = found.num_rows
    purls, names = _names(found, distro)
    made = {
        "image_digest": pa.array([image_digest] * count, pa.string()),
        "purl": pa.array(purls, pa.string()),
        "ecosystem": _ecosystems(found["type"], distro),
        "advisory_name": pa.array(names, pa.string()),
        "engine": pa.array([engine()] * count, pa.string()),
        **more,
    }
    columns = [made[field.name] if field.name in made else found[field.name] for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _source_types(distro: Distro) -> pa.Array:
    """The types whose packages are compared by their source package and its version on this distro."""
    return pa.array(sorted(kind for kind in OS_TYPES if not lists_binaries(ecosystem(distro, kind))), pa.string())


def _ecosystems(types: pa.ChunkedArray, distro: Distro) -> pa.ChunkedArray:
    distinct = types.unique()
    names = pa.array([ecosystem(distro, kind) for kind in distinct.to_pylist()], pa.string())
    return names.take(pc.index_in(types, value_set=distinct))


def _names(found: pa.Table, distro: Distro) -> tuple[Sequence[str], Sequence[str]]:
    """The package URL and the advisory name of every row, each distinct package's once, whatever image it is in."""
    columns = (found[name].to_pylist() for name in NAMED)
    pairs = list(map(_namer(distro), zip(*columns, strict=True)))
    return [purl for purl, _ in pairs], [name for _, name in pairs]


@lru_cache(maxsize=64)
def _namer(distro: Distro) -> Callable[[tuple[str, ...]], tuple[str, str]]:
    @lru_cache(maxsize=1 << 16)
    def named(values: tuple[str, ...]) -> tuple[str, str]:
        kind, name, version, arch, source_name, source_version = values
        package = Package(kind, name, version, arch, source_name, source_version)
        place = ecosystem(distro, package.type)
        return purl_of(package, distro), advisory_name(package.type, package.name, package.source_name, place)

    return named
