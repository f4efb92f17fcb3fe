"""Random changes to advisories, exploitation and images: an incremental matching leaves what matching everything would."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.fleet.findings import Changes, update_findings
from hullmark.fleet.run import Kind, recorded
from hullmark.lake.schema import DIGESTS, FINDINGS, IMAGES, PACKAGES
from hullmark.lake.store import Lake
from hullmark.settings import Settings
from tests.advisories.feeds import write_epss, write_kev, write_osv
from tests.fleet.world import trust
from tests.matching.findings import matched, package

IMAGES_THERE = 24
NAMES = [f"p{number}" for number in range(12)]
ECOSYSTEMS = {"PyPI": "PyPI", "Debian:12": "Debian", "Ubuntu:22.04": "Ubuntu", "TuxCare:Debian:12": "TuxCare"}
KEPT = [name for name in FINDINGS.names if name not in {"status", "first_seen", "last_seen"}]
Record = dict[str, Any]


@dataclass(slots=True)
class Fleet:
    """A lake whose images, packages and feeds are made up and changed at random; always the same for one seed."""

    folder: Path
    rng: random.Random
    records: dict[str, Record] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    scores: dict[str, int] = field(default_factory=lambda: {"CVE-2024-1000": 5})
    packages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    born: dict[str, datetime] = field(default_factory=dict)
    made: int = 0

    @property
    def lake(self) -> Lake:
        return Lake(str(self.folder / "lake"))

    @property
    def store(self) -> FeedStore:
        return FeedStore(self.lake.feeds_root)

    def begin(self) -> None:
        self.lake.create()
        for _ in range(80):
            self.advise()
        for _ in range(IMAGES_THERE):
            self.add()
        self.publish()

    def advise(self) -> None:
        """A new advisory, or another word of an old one."""
        place = self.rng.choice([*ECOSYSTEMS, "Ubuntu:Pro:22.04:LTS"])
        number = self.rng.randint(1000, 1030)
        base = ECOSYSTEMS.get(place, "Ubuntu")
        cve = f"CVE-2024-{number}"
        kinds = [f"GHSA-{number}-aaaa-aaaa", f"PYSEC-{number}", f"{base.upper()}-{cve}", f"DSA-{number}-1", f"TRACKER-{cve}"]
        name = self.rng.choice(kinds)
        ids = [f"CVE-2024-{number}", f"CVE-2024-{self.rng.randint(1000, 1030)}", f"GHSA-{number}-aaaa-aaaa"]
        item: Record = {"package": {"ecosystem": place, "name": self.rng.choice(NAMES)}}
        item["ranges"] = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, *self.end()]}]
        self.records[f"{base}/{name}"] = {
            "id": name, "modified": f"2024-05-{self.rng.randint(1, 28):02}T00:00:00Z",
            "summary": f"{'** REJECT ** ' if self.rng.random() < 0.1 else ''}{self.rng.random()}",
            "aliases": sorted({*self.rng.sample(ids, self.rng.randint(0, 2))} - {name}), "affected": [item],
        } | ({"withdrawn": "2024-06-01T00:00:00Z"} if self.rng.random() < 0.1 else {}) | (
            {"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]}
            if self.rng.random() < 0.3 else {}
        )  # fmt: skip

    def end(self) -> Iterator[Record]:
        if self.rng.random() < 0.8:
            yield {self.rng.choice(["fixed", "last_affected"]): f"{self.rng.randint(1, 9)}"}

    def add(self) -> str:
        self.made += 1
        digest = f"sha256:{self.made:064x}"
        self.read(digest)
        return digest

    def read(self, digest: str) -> None:
        """Give an image packages; inner ones may lie in what an OS package owns."""
        release = self.rng.choice(["Debian:12", "Ubuntu:22.04"])
        rows = [
            package(release, name, f"{self.rng.randint(1, 9)}{self.rng.choice(['', '+tuxcare'])}", image_digest=digest)
            for name in self.rng.sample(NAMES, 5)
        ]
        owner = self.rng.choice(["", f"deb/{rows[0]['name']}"])
        rows += [
            package("PyPI", name, f"{self.rng.randint(1, 9)}", image_digest=digest, path="site", owner=owner)
            for name in self.rng.sample(NAMES, 3)
        ]
        self.packages[digest] = rows
        now = datetime.now(UTC)
        place = {"registry": "r", "repository": "a", "digest": digest}
        self.lake.replace_scope("packages", pa.table({"image_digest": [digest]}), pa.Table.from_pylist(rows, PACKAGES))
        born = self.born.setdefault(digest, now)
        image = place | {"state": "present", "first_seen": born, "last_seen": now, "engine": "e", "tags": ["1"]}
        self.lake.commit("images", pa.Table.from_pylist([image], IMAGES))
        row = place | {"status": "scanned", "reason": "", "run": f"scan-{self.made}", "at": now, "engine": "e"}
        self.lake.commit("digests", pa.Table.from_pylist([row], DIGESTS))

    def remove(self) -> None:
        self.delete(self.rng.choice(sorted(self.packages)))

    def delete(self, digest: str) -> None:
        del self.packages[digest]
        row = {"registry": "r", "repository": "a", "digest": digest, "state": "deleted", "engine": "e", "tags": ["1"]}
        now = datetime.now(UTC)
        self.lake.commit("images", pa.Table.from_pylist([row | {"first_seen": self.born[digest], "last_seen": now}], IMAGES))

    def exploit(self) -> None:
        """One CVE becomes known as exploited or is so no more, and all scores are others, as they are every day."""
        self.known ^= {f"CVE-2024-{self.rng.randint(1000, 1030)}"}
        self.scores = {f"CVE-2024-{number}": self.rng.randint(1, 9) for number in range(1000, 1025)}

    def publish(self) -> None:
        """What the publishers serve now, fetched."""
        base = self.folder / "feeds"
        for name in set(ECOSYSTEMS.values()):
            write_osv(base, *(record for key, record in self.records.items() if key.startswith(f"{name}/")), ecosystem=name)
        write_kev(base, *({"cveID": cve, "dateAdded": "2024-01-02", "dueDate": "2024-01-23"} for cve in sorted(self.known)))
        write_epss(
            base, "\n".join(["cve,epss,percentile", *(f"{cve},0.{score},0.9" for cve, score in self.scores.items()), ""])
        )
        sync(self.store, Settings(feeds=str(base)), sorted(ECOSYSTEMS.values()))

    def change(self) -> None:
        """One to three times: what is published before the last time is never matched."""
        for _ in range(self.rng.randint(1, 3)):
            for action in self.rng.sample([self.advise, self.advise, self.exploit, self.retract], 2):
                action()
            self.publish()
        keeping = [self.lake.compact, self.damage, self.publish, self.forget]
        self.rng.choice([self.add, self.remove, self.read_again, *keeping])()

    def forget(self) -> None:
        """What nothing is said of is let go, however little it is."""
        said = set(self.lake.rows("verdicts", ("subject",))["subject"].to_pylist())
        carried = set(self.lake.rows("vulnerable_packages", ("subject",))["subject"].to_pylist())
        self.lake.take_out("vulnerable_packages", "subject", sorted(carried - said))

    def damage(self) -> None:
        """One of the lists of what differs between snapshots is lost, or is half written."""
        lists = sorted(Path(self.store.root).rglob("since-*"))
        if lists:
            self.rng.choice([Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:50])])(self.rng.choice(lists))

    def read_again(self) -> None:
        self.read(self.rng.choice(sorted(self.packages)))

    def retract(self) -> None:
        del self.records[self.rng.choice(sorted(self.records))]

    def match(self, full: bool = False) -> tuple[str, Changes]:
        """One matching: what it was, and what it changed."""
        with recorded(self.lake, Kind.ADVISORIES, trust) as record:
            changes = update_findings(self.lake, self.store, record.run, full=full)
        connection = self.lake.connect()
        scope = connection.sql("SELECT scope FROM matchings ORDER BY finished DESC LIMIT 1").fetchall()[0][0]
        connection.close()
        return str(scope), changes

    def stored(self) -> list[dict[str, Any]]:
        connection = self.lake.connect()
        table = connection.sql("FROM findings ORDER BY image_digest, package_key, vulnerability").to_arrow_table()
        connection.close()
        return list(table.select(KEPT).to_pylist())

    def expected(self) -> list[dict[str, Any]]:
        rows = [row for rows in self.packages.values() for row in rows]
        return list(matched(self.store, rows).select(KEPT).to_pylist())


@pytest.mark.parametrize("seed", range(1, 5))
def test_incremental_is_full(tmp_path: Path, seed: int) -> None:
    fleet = Fleet(tmp_path, random.Random(seed))  # noqa: S311  a sample
    fleet.begin()
    assert fleet.match()[0] == "full"
    assert fleet.stored() == fleet.expected() != []
    for _ in range(4):
        fleet.change()
        assert fleet.match()[0] == "incremental"
        assert fleet.stored() == fleet.expected()
    scope, changes = fleet.match(full=True)
    assert (scope, changes.opened, changes.closed, changes.changed) == ("full", 0, 0, 0)
    assert fleet.stored() == fleet.expected()


def quiet(fleet: Fleet, **record: Any) -> None:  # noqa: ANN401  fields of OSV
    """Publish an advisory about a package that no image has, and match while the tables of packages are out of reach."""
    item = {"package": {"ecosystem": "PyPI", "name": "nobody-has-it"}, "versions": ["1"]}
    fleet.records["PyPI/GHSA-none"] = {"id": "GHSA-none", "modified": "2024-05-01T00:00:00Z", "affected": [item], **record}
    fleet.publish()
    tables = fleet.folder / "lake" / "tables"
    for name in ("packages", "vulnerable_packages"):
        (tables / name).rename(tables / f"{name}-away")
    try:
        assert fleet.match()[0] == "incremental"
    finally:
        for name in ("packages", "vulnerable_packages"):
            (tables / f"{name}-away").rename(tables / name)


def test_what_is_about_nothing_of_the_fleet_reads_no_packages(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, random.Random(7))  # noqa: S311  a sample
    fleet.begin()
    found = fleet.match()[1].findings
    assert found == len(fleet.stored())
    quiet(fleet, summary="one")
    quiet(fleet, summary="two")
    scope, changes = fleet.match()  # nothing changed at all
    assert (scope, changes.findings) == ("incremental", found)
    assert fleet.stored() == fleet.expected()
    cve = next(row["vulnerability"] for row in fleet.stored() if row["score"] is None)
    fleet.records["PyPI/GHSA-none"]["aliases"] = [cve]  # it scores what nobody else does
    fleet.records["PyPI/GHSA-none"]["severity"] = [
        {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}
    ]
    fleet.publish()
    assert fleet.match()[0] == "incremental"
    assert fleet.stored() == fleet.expected()
    assert {row["score"] for row in fleet.stored() if row["vulnerability"] == cve} == {9.8}
    fleet.records["PyPI/GHSA-none"]["summary"] = "** REJECT ** it is none"
    fleet.publish()
    assert fleet.match()[1].closed
    assert fleet.stored() == fleet.expected()
    fleet.records["PyPI/GHSA-none"]["summary"] = "it is one again"
    fleet.publish()
    assert fleet.match()[1].opened
    assert fleet.stored() == fleet.expected()


def test_what_another_feed_says_under_the_same_id_is_matched_again(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, random.Random(7))  # noqa: S311  a sample
    fleet.begin()
    twin = {"id": "GHSA-twin", "modified": "2024-05-01T00:00:00Z", "withdrawn": "2024-05-01T00:00:00Z"}
    item = {
        "package": {"ecosystem": "Debian:12", "name": NAMES[0]},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
    }
    fleet.records["Debian/GHSA-twin"] = {**twin, "affected": [item]}
    fleet.publish()
    fleet.match()
    nobody = {"package": {"ecosystem": "PyPI", "name": "nobody-has-it"}, "versions": ["1"]}
    fleet.records["PyPI/GHSA-twin"] = {"id": "GHSA-twin", "modified": "2024-05-02T00:00:00Z", "affected": [nobody]}
    fleet.publish()
    scope, changes = fleet.match()
    assert (scope, changes.opened > 0) == ("incremental", True)
    assert fleet.stored() == fleet.expected()


@pytest.mark.parametrize("said", ["rejected", "scored"])
def test_what_another_feed_no_longer_says_under_the_same_id_is_matched_again(tmp_path: Path, said: str) -> None:
    """A newer record outdoes that of another feed with its id, which spoke of the vulnerability of a third package."""
    fleet = Fleet(tmp_path, random.Random(7))  # noqa: S311  a sample
    fleet.begin()
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]
    nobody = [{"package": {"ecosystem": "PyPI", "name": "nobody-has-it"}, "versions": ["1"]}]
    ours = [{"package": {"ecosystem": "Debian:12", "name": name}, "ranges": ranges} for name in NAMES]
    word = {"summary": "** REJECT ** it is none"} if said == "rejected" else {
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]
    }  # fmt: skip
    twin = {"id": "GHSA-twin", "modified": "2024-05-02T00:00:00Z", "aliases": ["CVE-2025-1000"], "affected": nobody, **word}
    fleet.records["Debian/DSA-2025-1"] = {
        "id": "DSA-2025-1", "modified": "2024-05-01T00:00:00Z", "aliases": ["CVE-2025-1000"], "affected": ours,
    }  # fmt: skip
    fleet.records["PyPI/GHSA-twin"] = twin
    fleet.publish()
    fleet.match()
    assert fleet.stored() == fleet.expected()
    other = {**nobody[0], "package": {"ecosystem": "Ubuntu:22.04", "name": "nobody-has-it"}}
    fleet.records["Ubuntu/GHSA-twin"] = {"id": "GHSA-twin", "modified": "2024-05-03T00:00:00Z", "affected": [other]}
    fleet.publish()
    scope, changes = fleet.match()
    assert (scope, changes.opened + changes.changed > 0) == ("incremental", True)
    assert fleet.stored() == fleet.expected()
