"""Images of Red Hat's extended streams in a fleet: matched again as everything would be, and explained."""

import gzip
import json
import random
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from hullmark.advisories.snapshot import sync
from hullmark.analysis.explain import explain
from hullmark.demo.images import CONFIG, LAYER, MANIFEST, Blob, Built
from hullmark.lake.schema import DIGESTS, IMAGES, PACKAGES
from hullmark.settings import Settings
from tests.advisories.feeds import write_osv, write_repositories
from tests.fleet.test_past import known, told
from tests.fleet.test_rematch import KEPT, NAMES, Fleet
from tests.fleet.world import World
from tests.layers.tars import tar_of
from tests.matching.findings import matched, package

RELEASE, STREAM = "Red Hat:enterprise_linux:9", "Red Hat:rhel_eus:9.2"
MAIN, EUS = "rhel-9-for-x86_64-baseos-rpms", "rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2"
STATED: tuple[list[str], ...] = ([], [MAIN], [EUS], [MAIN, EUS])


@dataclass(slots=True)
class Streams(Fleet):
    """A fleet of Red Hat's images alone, some of which state repositories."""

    sets: dict[str, list[str]] = field(default_factory=dict)
    products: dict[str, list[str]] = field(
        default_factory=lambda: {
            MAIN: ["cpe:/o:redhat:enterprise_linux:9::baseos"],
            EUS: ["cpe:/o:redhat:rhel_eus:9.2::baseos"],
        }
    )

    def advise(self) -> None:
        number, bulletin = self.rng.randint(1000, 1030), self.rng.randint(1, 60)
        events = [{"introduced": "0"}, *self.end()]
        named = {"ecosystem": f"{self.rng.choice([RELEASE, STREAM])}::baseos", "name": self.rng.choice(NAMES)}
        item = {"package": named, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
        self.records[f"Red Hat/RHSA-{bulletin}"] = {
            "id": f"RHSA-{bulletin}", "modified": f"2024-05-{self.rng.randint(1, 28):02}T00:00:00Z",
            "upstream": [f"CVE-2024-{number}"], "affected": [item],
        }  # fmt: skip

    def read(self, digest: str) -> None:
        rows = [
            package(RELEASE, name, f"{self.rng.randint(1, 9)}", image_digest=digest) for name in self.rng.sample(NAMES, 5)
        ]
        self.packages[digest], self.sets[digest] = rows, self.rng.choice(STATED)
        now = datetime.now(UTC)
        place = {"registry": "r", "repository": "a", "digest": digest}
        self.lake.replace_scope("packages", pa.table({"image_digest": [digest]}), pa.Table.from_pylist(rows, PACKAGES))
        image = place | {
            "state": "present", "first_seen": self.born.setdefault(digest, now), "last_seen": now, "engine": "e",
            "tags": ["1"], "os_version": "9.2", "content_sets": self.sets[digest],
        }  # fmt: skip
        self.lake.commit("images", pa.Table.from_pylist([image], IMAGES))
        row = place | {"status": "scanned", "reason": "", "run": f"scan-{self.made}", "at": now, "engine": "e"}
        self.lake.commit("digests", pa.Table.from_pylist([row], DIGESTS))

    def publish(self) -> None:
        base = write_osv(self.folder / "feeds", *self.records.values(), ecosystem="Red Hat")
        sync(self.store, Settings(feeds=str(write_repositories(base, self.products))), ["Red Hat"])

    def expected(self) -> list[dict[str, Any]]:
        rows = [row for rows in self.packages.values() for row in rows]
        stated = [(digest, "9.2", name) for digest, names in self.sets.items() for name in names]
        return list(matched(self.store, rows, stated=stated).select(KEPT).to_pylist())


def fleet_of(folder: Path, seed: int) -> Streams:
    fleet = Streams(folder, random.Random(seed))  # noqa: S311  a sample
    fleet.begin()
    fleet.match()
    return fleet


def image(members: dict[str, bytes]) -> Built:
    """An image of one layer."""
    tar = tar_of(dict(members))
    layer, diff_id = Blob(LAYER, gzip.compress(tar)), f"sha256:{sha256(tar).hexdigest()}"
    facts = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [diff_id]}}
    config = Blob(CONFIG, json.dumps(facts).encode())
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config.descriptor(), "layers": [layer.descriptor()]}
    return Built(Blob(MANIFEST, json.dumps(manifest).encode()), (config, layer))


def test_a_scan_notes_the_repositories(world: World) -> None:
    sets = json.dumps({"metadata": {"icm_version": 1, "image_layer_index": 0}, "content_sets": [EUS]}).encode()
    system = {"etc/os-release": b'ID="rhel"\nVERSION_ID="9.2"\n'}
    world.first.push("team/rhel", "1.0", image({**system, "usr/share/buildinfo/content-sets.json": sets}))
    world.first.push("team/rhel", "2.0", image(system))
    world.scan()
    assert world.ask("SELECT tags[1], os_version, content_sets FROM images ORDER BY ALL") == [
        ("1.0", "9.2", [EUS]), ("2.0", "9.2", []),
    ]  # fmt: skip
    assert world.ask("SELECT release, repository FROM content_set") == [("9.2", EUS)]


@pytest.mark.parametrize("seed", range(1, 4))
def test_incremental_is_full(tmp_path: Path, seed: int) -> None:
    fleet = fleet_of(tmp_path, seed)
    assert fleet.stored() == fleet.expected() != []
    for action in (fleet.retract, fleet.advise, fleet.read_again, fleet.advise):
        action()
        fleet.advise()
        fleet.publish()
        assert fleet.match()[0] == "incremental"
        assert fleet.stored() == fleet.expected()
    scope, changes = fleet.match(full=True)
    assert (scope, changes.opened, changes.closed, changes.changed) == ("full", 0, 0, 0)


def test_a_repository_that_is_another_product_now(tmp_path: Path) -> None:
    """No record is about it: everything is matched again."""
    fleet = fleet_of(tmp_path, 4)
    before = fleet.stored()
    fleet.products[EUS] = ["cpe:/o:redhat:enterprise_linux:9::baseos"]
    fleet.publish()
    assert fleet.match()[0] == "full"
    assert before != fleet.stored() == fleet.expected()
    assert not any(row["note"] for row in fleet.stored())


def test_what_stays_when_a_repository_is_another_product_is_no_event(tmp_path: Path) -> None:
    """Its packages are others for matching then, and what only the release speaks of is said of them as before."""
    fleet = Streams(tmp_path, random.Random(0))  # noqa: S311  a sample
    fleet.lake.create()
    fleet.records = {"RHSA-1": fix_of("RHSA-1", RELEASE, "7", 1), "RHSA-2": fix_of("RHSA-2", STREAM, "7", 2)}
    fleet.publish()
    place(fleet, fleet.add(), package(RELEASE, "p0", "5"), EUS)
    fleet.match()
    before = fleet.stored()
    assert [row["vulnerability"] for row in before] == ["CVE-2024-0001", "CVE-2024-0002"]
    fleet.products[EUS] = ["cpe:/o:redhat:enterprise_linux:9::baseos"]
    fleet.publish()
    scope, changes = fleet.match()
    assert (scope, changes.opened, changes.closed) == ("full", 0, 1)
    assert fleet.stored() == fleet.expected() == before[:1]
    assert known(fleet, datetime.now(UTC)) == told(fleet.stored())


def fix_of(name: str, product: str, fixed: str, cve: int) -> dict[str, Any]:
    item = {
        "package": {"ecosystem": product, "name": "p0"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
    }
    return {"id": name, "modified": "2024-05-01T00:00:00Z", "upstream": [f"CVE-2024-000{cve}"], "affected": [item]}


def place(fleet: Streams, digest: str, row: dict[str, Any], repository: str) -> None:
    """Give an image one package and one repository that it states."""
    fleet.packages[digest], fleet.sets[digest] = [row | {"image_digest": digest}], [repository]
    scope = pa.table({"image_digest": [digest]})
    fleet.lake.replace_scope("packages", scope, pa.Table.from_pylist(fleet.packages[digest], PACKAGES))
    image = {
        "registry": "r", "repository": "a", "digest": digest, "state": "present", "os_version": "9.2",
        "content_sets": [repository], "first_seen": fleet.born[digest],
    }  # fmt: skip
    fleet.lake.commit("images", pa.Table.from_pylist([image], IMAGES))


def test_both_streams_explain_themselves(tmp_path: Path) -> None:
    """A stream's fix settles what the release's advisory says; what only the release speaks of, it decides."""
    fleet = Streams(tmp_path, random.Random(0))  # noqa: S311  a sample
    fleet.lake.create()
    for name, product, fixed, cve in (("RHSA-1", RELEASE, "7", 1), ("RHSA-2", STREAM, "4", 1), ("RHSA-3", RELEASE, "8", 2)):
        fleet.records[name] = fix_of(name, product, fixed, cve)
    fleet.publish()
    digest = fleet.add()
    place(fleet, digest, package(RELEASE, "p0", "5"), EUS)
    answers = {}
    for number in (1, 2):
        with closing(fleet.lake.connect()) as connection:
            answers[number] = explain(connection, fleet.store, digest, f"CVE-2024-000{number}")
    assert answers[1].why == "Not affected: RHSA-1 calls it affected, but RHSA-2 about Red Hat:rhel_eus:9.2 decides."
    assert {(row["advisory"], row["holds"]) for row in answers[1].statements} == {
        ("RHSA-1", "affected"),
        ("RHSA-2", "fixed"),
    }
    assert answers[2].why.startswith("Affected: RHSA-3 decides, and p0 5 lies in what it calls affected, fixed in 8")
