"""A lake of many images whose packages are those of real inventories, written in bounded memory.

Bases are whole package lists: `../shared/fixtures/trivy-golden/packages`, and layouts that bench.images made. What stands on
them is drawn from the Python and npm packages of the layouts, and from other versions of them that advisories speak of,
as fleets are not of one day. Layers are shared as fleets share them: few bases, more layers in the middle (one for every 40
images), and one of each application. The base and the middle are images of the fleet too.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.snapshot import FeedStore
from hullmark.errors import InvalidVersion
from hullmark.inventory import engine, inventory_of
from hullmark.lake.duck import open_duckdb
from hullmark.lake.schema import IMAGE_LAYERS, IMAGES, PACKAGES, TAGS
from hullmark.lake.store import Lake
from hullmark.purl import pep503_name
from hullmark.scan import scan
from hullmark.settings import Settings
from hullmark.sql import read_sql
from hullmark.versions import key, scheme_of_ecosystem

RELEASES = {
    "alpine-310": ("apk", "Alpine:v3.10", "alpine", "3.10.2"), "debian-buster": ("deb", "Debian:10", "debian", "10"),
    "ubuntu-18.04": ("deb", "Ubuntu:18.04", "ubuntu", "18.04"), "amazon-2": ("rpm", "Amazon Linux:2", "amzn", "2"),
    "gcr.io-distroless-base-latest": ("deb", "Debian:9", "debian", "9"),
}  # fmt: skip
IMAGES_A_MIDDLE = 40
MIDDLE, APPLICATION = (15, 60), (10, 80)  # packages, from and to
BATCH = 2_000  # images of one commit
START = datetime(2026, 1, 1, tzinfo=UTC)
REGISTRY = "111122223333.dkr.ecr.eu-central-1.amazonaws.com"
Row = dict[str, Any]
Numbers = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Pool:
    """Packages to draw from, as one table (schema PACKAGES): those of each base, and those of applications."""

    packages: pa.Table
    bases: list[tuple[Numbers, str, str]]  # rows, os id, os version
    applications: Numbers  # rows


def pool(layouts: list[Path], shared: Path, store: FeedStore) -> Pool:
    """Everything that images are made of; `layouts` are OCI layout folders."""
    tables: list[pa.Table] = []
    bases: list[tuple[int, int, str, str]] = []
    total = 0
    for name, (kind, ecosystem, os_id, version) in RELEASES.items():
        table = _listed(shared / "fixtures" / "trivy-golden" / "packages" / f"{name}.tsv", kind, ecosystem)
        bases.append((total, table.num_rows, os_id, version))
        tables.append(table)
        total += table.num_rows
    languages: list[pa.Table] = []
    for layout in layouts:
        image = scan(str(layout), Settings(), cache=False, compare=False).images[0]
        found = inventory_of(image.found, image.image.digest, image.layers).packages
        system = found.filter(pc.is_in(found["type"], pa.array(["apk", "deb", "rpm"])))
        languages.append(found.filter(pc.is_in(found["type"], pa.array(["npm", "pypi"]))))
        bases.append((total, system.num_rows, "debian", "12"))
        tables.append(system)
        total += system.num_rows
    drawn = _once(_drifted(pa.concat_tables(languages), store))
    tables.append(drawn)
    spans = [(np.arange(start, start + rows), os_id, version) for start, rows, os_id, version in bases if rows]
    return Pool(pa.concat_tables(tables).cast(PACKAGES), spans, np.arange(total, total + drawn.num_rows))


def _listed(path: Path, kind: str, ecosystem: str) -> pa.Table:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [_row(row, kind, ecosystem) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    return pa.Table.from_pylist(rows, PACKAGES)


def _row(listed: dict[str, str], kind: str, ecosystem: str) -> Row:
    of_source = kind in {"apk", "deb"}
    name = (of_source and listed["source_name"]) or listed["name"]
    version = (of_source and listed["source_version"]) or listed["version"]
    return _plain(kind, listed["name"], listed["version"], ecosystem, name, version) | {"arch": listed["arch"]}


def _plain(  # noqa: PLR0913, PLR0917  the columns that matter
    kind: str, name: str, version: str, ecosystem: str, advised: str, of_version: str
) -> Row:
    return {
        "path": f"var/lib/{kind}", "type": kind, "name": name, "version": version, "arch": "", "ecosystem": ecosystem,
        "purl": f"pkg:{kind}/{name}@{version}", "advisory_name": advised, "advisory_version": of_version,
        "version_key": _key(ecosystem, of_version), "origin": "installed", "owner": "", "licence": "", "modularity": "",
        "engine": engine(),
    }  # fmt: skip


def _key(ecosystem: str, version: str) -> bytes | None:
    scheme = scheme_of_ecosystem(ecosystem)
    try:
        return key(scheme, version) if scheme else None
    except InvalidVersion:
        return None


def _drifted(languages: pa.Table, store: FeedStore) -> pa.Table:
    """The packages as they are, each beside the versions of it that advisories name, up to eight."""
    with open_duckdb() as connection:
        store.register(connection)
        connection.register("installed", languages)
        others = connection.sql(read_sql("bench", "fleet_versions.sql")).fetchall()
    rows = [
        _plain(kind, name, version, ecosystem, advised if ecosystem != "PyPI" else pep503_name(advised), version)
        | {"path": f"app/{kind}/{name}"}
        for kind, name, ecosystem, advised, version in others
    ]
    return pa.concat_tables([languages, pa.Table.from_pylist(rows, PACKAGES)])


def _once(table: pa.Table) -> pa.Table:
    """One row for each package of an image."""
    with open_duckdb() as connection:
        connection.register("made", table)
        sql = "SELECT DISTINCT ON (path, type, name, version, arch) * FROM made ORDER BY path, type, name, version, arch"
        return connection.sql(sql).to_arrow_table().cast(PACKAGES)


def write_fleet(lake: Lake, source: Pool, images: int, seed: int = 7) -> int:
    """Write `images`, `tags`, `image_layers` and `packages`, one batch after the other; returns how many packages."""
    lake.create()
    rng = np.random.default_rng(seed)
    middles = [_drawn(rng, source, MIDDLE) for _ in range(max(4, images // IMAGES_A_MIDDLE))]
    total = 0
    for start in range(0, images, BATCH):
        numbers = range(start, min(start + BATCH, images))
        made = [_image(number, rng, source, middles) for number in numbers]
        lake.append("packages", _packages(source, made))
        lake.append("image_layers", _layers(made))
        listed = _images(source, made)
        lake.append("images", listed)
        lake.append("tags", _tags(listed))
        total += sum(len(rows) for one in made for rows in one.parts)
    return total


@dataclass(frozen=True, slots=True)
class _Made:
    number: int
    digest: str
    base: int
    middle: int  # -1: the image is its base
    parts: tuple[Numbers, ...]  # rows of the pool that each layer brings
    layers: tuple[str, ...]


def _image(number: int, rng: np.random.Generator, source: Pool, middles: list[Numbers]) -> _Made:
    bases = len(source.bases)
    if number < bases:  # the bases themselves
        return _made(number, number, -1, (source.bases[number][0],))
    middle = number - bases if number < bases + len(middles) else int(rng.zipf(1.3) - 1) % len(middles)
    base = middle % bases
    parts: tuple[Numbers, ...] = (source.bases[base][0], middles[middle])
    if number >= bases + len(middles):
        parts = (*parts, np.setdiff1d(_drawn(rng, source, APPLICATION), middles[middle]))  # what the middle has stays there
    return _made(number, base, middle, parts)


def _made(number: int, base: int, middle: int, parts: tuple[Numbers, ...]) -> _Made:
    names = (f"base {base}", f"middle {middle}", f"application {number}")[: len(parts)]
    return _Made(number, _digest(f"image {number}"), base, middle, parts, tuple(map(_digest, names)))


def _drawn(rng: np.random.Generator, source: Pool, size: tuple[int, int]) -> Numbers:
    return np.sort(rng.choice(source.applications, rng.integers(*size), replace=False))


def _digest(word: str) -> str:
    return "sha256:" + sha256(word.encode()).hexdigest()


def _packages(source: Pool, made: list[_Made]) -> pa.Table:
    rows = np.concatenate([part for one in made for part in one.parts])
    table = source.packages.take(pa.array(rows))
    sizes = [len(part) for one in made for part in one.parts]
    digests = [one.digest for one in made for _ in one.parts]
    layers = [layer for one in made for layer in one.layers]
    indexes = [index for one in made for index in range(len(one.parts))]
    repeated = pa.array(np.repeat(np.arange(len(sizes)), sizes))
    changed = {
        "image_digest": pa.array(digests), "layer": pa.array(layers), "first_layer": pa.array(layers),
        "layer_index": pa.array(indexes, pa.int32()), "first_layer_index": pa.array(indexes, pa.int32()),
    }  # fmt: skip
    for name, values in changed.items():
        table = table.set_column(table.column_names.index(name), name, values.take(repeated))
    return table


def _layers(made: list[_Made]) -> pa.Table:
    rows = [
        {
            "image_digest": one.digest, "layer_index": index, "layer": layer, "diff_id": _digest(layer),
            "chain_id": _digest(" ".join(one.layers[: index + 1])), "size": 10_000_000, "created_by": f"RUN step {index}",
            "media_type": "application/vnd.oci.image.layer.v1.tar+gzip",
        }
        for one in made
        for index, layer in enumerate(one.layers)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, IMAGE_LAYERS)


def _images(source: Pool, made: list[_Made]) -> pa.Table:
    rows = []
    for one in made:
        _, os_id, version = source.bases[one.base]
        repository, tag = _named(one, len(source.bases))
        seen = START + timedelta(minutes=one.number)
        rows.append({
            "registry": REGISTRY, "repository": repository, "digest": one.digest, "account": "111122223333",
            "region": "eu-central-1", "tags": [tag], "platform": "linux/amd64", "size": 50_000_000,
            "pushed_at": seen, "os_id": os_id, "os_version": version, "created_at": seen, "labels": "{}",
            "annotations": "{}", "index_digest": "", "engine": engine(),
            "first_seen": seen, "last_seen": seen, "state": "present",
        })  # fmt: skip
    return pa.Table.from_pylist(rows, IMAGES)


def _named(one: _Made, bases: int) -> tuple[str, str]:
    """Its repository and tag."""
    kind = ("base", "middle", "team")[len(one.parts) - 1]
    if kind == "team":
        return f"team/{one.number // 8}", f"1.{one.number % 8}"
    return f"{kind}/{one.base}", f"1.{one.middle // bases if kind == 'middle' else 0}"


def _tags(listed: pa.Table) -> pa.Table:
    named = listed.select(["registry", "repository", "digest"])
    tags = pc.list_element(listed["tags"], 0)
    ends = pa.nulls(listed.num_rows, TAGS.field("until").type)
    return named.append_column("tag", tags).append_column("since", listed["first_seen"]).append_column("until", ends)
