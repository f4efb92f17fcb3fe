"""Inventories of real images: what SQL finds in them is exactly what a plain loop over the raw records finds.

`inventories/*.tsv` are of the images that `python -m bench.images` makes (Debian 12 with Python, npm, Ruby, Java and
Go; AlmaLinux 9 without modules),
`../shared/fixtures/trivy-golden/packages` of four more; the advisories are those of `../shared/feeds` about their packages.
"""

import csv
import json
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hullmark.advisories.osv import NAMED
from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.purl import compared_name
from hullmark.settings import Settings
from tests.conftest import shared_folder
from tests.matching.findings import matched, package
from tests.matching.plain import ORDERS, About, findings_of, is_erratum, is_rejected, is_valid, of_no_module, own_names

pytestmark = pytest.mark.slow

INVENTORIES = Path(__file__).parent / "inventories"
LISTS = {
    "alpine-310": "Alpine:v3.10", "debian-buster": "Debian:10", "gcr.io-distroless-base-latest": "Debian:9",
    "ubuntu-18.04": "Ubuntu:18.04",
}  # fmt: skip
IMAGES = [*sorted(path.stem for path in INVENTORIES.glob("*.tsv")), *LISTS]
Row = dict[str, Any]
Spoken = dict[tuple[str, str], list[About]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FeedStore:
    made = FeedStore(str(tmp_path_factory.mktemp("store")))
    states = sync(made, Settings(feeds=str(shared_folder("feeds"))), sorted(ORDERS)).to_pylist()
    assert {row["state"] for row in states} == {"fresh"}
    return made


@pytest.mark.parametrize("image", IMAGES)
def test_as_a_plain_loop(store: FeedStore, image: str) -> None:
    packages = list(installed(image))
    found = {
        (row["path"], row["vulnerability"]): (row["advisory"], row["fixed_version"])
        for row in matched(store, packages).to_pylist()
    }
    expected: dict[tuple[str, str], tuple[frozenset[str], str]] = {}
    for one in packages:
        spoken = of(one["ecosystem"].partition(":")[0])
        said = spoken.get((one["ecosystem"], one["advisory_name"]), [])
        for vulnerability, advisories, fixed in findings_of(said, one["advisory_version"], one["ecosystem"]):
            if vulnerability not in rejected():
                expected[one["path"], vulnerability] = (advisories, fixed)
    assert len(packages) > 5
    assert found.keys() == expected.keys()
    assert {name: fixed for name, (_, fixed) in found.items()} == {name: fixed for name, (_, fixed) in expected.items()}
    assert all(advisory in expected[name][0] for name, (advisory, _) in found.items())


def test_there_is_something_to_find(store: FeedStore) -> None:
    rows = matched(store, [one for image in IMAGES for one in installed(image)]).to_pylist()
    assert {row["type"] for row in rows} >= {"apk", "deb", "maven", "npm", "pypi", "rpm"}
    assert len(rows) > 500


def installed(image: str) -> Iterator[Row]:
    """The packages of one image that some feed here speaks of; `path` is a number, to name each."""
    listed = image in LISTS
    path = shared_folder("fixtures", "trivy-golden", "packages") / f"{image}.tsv" if listed else INVENTORIES / f"{image}.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for number, row in enumerate(rows):
        ecosystem = LISTS[image] if listed else row["ecosystem"]
        name = (row["source_name"] or row["name"]) if listed else row["advisory_name"]
        version = (row["source_version"] or row["version"]) if listed else row["advisory_version"]
        if ecosystem.partition(":")[0] in ORDERS:
            kind = {} if listed else {"type": row["type"]}
            yield package(ecosystem, row["name"], row["version"], path=str(number), advisory_name=name,
                          advisory_version=version, **kind)  # fmt: skip


@cache
def records(ecosystem: str) -> list[Row]:
    with zipfile.ZipFile(shared_folder("feeds") / "osv" / ecosystem / "all.zip") as archive:
        return [json.loads(archive.read(name)) for name in archive.namelist()]


@cache
def of(ecosystem: str) -> Spoken:
    """The valid records of a feed by place and package."""
    spoken: Spoken = {}
    for record in records(ecosystem):
        if not is_valid(record) or is_erratum(record):
            continue
        items: dict[tuple[str, str], list[Row]] = {}
        for item in record["affected"]:
            place = item.get("package", {}).get("ecosystem", "").removesuffix(":LTS")
            if place.partition(":")[0] == ecosystem and of_no_module(item):
                name = item["package"]["name"]
                items.setdefault((place, compared_name(NAMED.get(ecosystem, ""), name)), []).append(item)
        for key, one in items.items():
            spoken.setdefault(key, []).append(About(record, tuple(one)))
    return spoken


@cache
def rejected() -> frozenset[str]:
    """The CVEs that a record's own text calls rejected."""
    every = [record for ecosystem in ORDERS for record in records(ecosystem) if is_rejected(record)]
    return frozenset(min(own_names(record)) for record in every if len(own_names(record)) == 1)
