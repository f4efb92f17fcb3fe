"""The package table of an image: what a layer knows of each package, and what only the whole image does."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.distro import ecosystem
from hullmark.inventory.engine import engine
from hullmark.lake.schema import PACKAGES
from hullmark.model import Distro, Package
from hullmark.purl import OS_TYPES, advisory_name, purl_of

SOURCE_TYPES = pa.array(sorted(OS_TYPES))
NAMED = ("type", "name", "version", "arch", "source_name", "source_version")


def package_rows(found: pa.Table, image_digest: str, distro: Distro) -> pa.Table:
    """Rows of PACKAGES from package rows of LAYER_OBJECT that have `layer` (diff ID) and `layer_index` as well."""
    count = found.num_rows
    purls, names = _names(found, distro)
    by_source = pc.and_(pc.is_in(found["type"], value_set=SOURCE_TYPES), pc.not_equal(found["source_version"], ""))
    made = {
        "image_digest": pa.array([image_digest] * count, pa.string()),
        "purl": pa.array(purls, pa.string()),
        "ecosystem": _ecosystems(found["type"], distro),
        "advisory_name": pa.array(names, pa.string()),
        "advisory_version": pc.if_else(by_source, found["source_version"], found["version"]),
        "version_key": pc.if_else(by_source, found["source_version_key"], found["version_key"]),
        "engine": pa.array([engine()] * count, pa.string()),
    }
    columns = [made[field.name] if field.name in made else found[field.name] for field in PACKAGES]
    return pa.Table.from_arrays(columns, schema=PACKAGES)


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
        return purl_of(package, distro), advisory_name(package.type, package.name, package.source_name)

    return named
