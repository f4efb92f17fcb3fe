"""The lake under test: images and feeds are put where a scan and a sync put them, and the real matching runs over them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.fleet.discovery import Discovered
from hullmark.fleet.findings import update_findings
from hullmark.fleet.listing import all_listings, listing_table
from hullmark.fleet.run import Kind, Record, recorded
from hullmark.fleet.settle import mark_gone
from hullmark.fleet.tags import note_tags
from hullmark.lake.schema import COVERAGE, DIGESTS, IMAGES, PACKAGES
from hullmark.lake.store import Lake
from hullmark.settings import Settings
from hullmark.sources.ecr import Filters, Listing
from tests.advisories.feeds import write_eol, write_epss, write_kev, write_osv, write_repositories
from tests.fleet.world import trust
from tests.model.images import Image
from tests.model.judge import Feeds
from tests.model.records import FEEDS

REGISTRY, ACCOUNT, REGION = "1.dkr.example", "111122223333", "eu-central-1"
CYCLES = {"Debian:11": ("debian", "11"), "Debian:12": ("debian", "12"), "Ubuntu:22.04": ("ubuntu", "22.04"),
          "Rocky Linux:9": ("rocky-linux", "9")}  # fmt: skip
Row = dict[str, Any]


class Killed(BaseException):
    """As a signal would end it."""


class Mortal(Lake):
    """A lake whose writer dies before or after its write number `dies`; after that it writes nothing."""

    def __init__(self, root: str, dies: int) -> None:
        super().__init__(root)
        self.left = dies
        self.dead = False

    def commit(self, table: str, batch: pa.Table) -> int:
        return self._unless_dead(super().commit, table, batch)

    def append(self, table: str, batch: pa.Table) -> int:
        return self._unless_dead(super().append, table, batch)

    def amend(self, table: str, batch: pa.Table, gone: pa.Table) -> int:
        return self._unless_dead(super().amend, table, batch, gone)

    def replace_scope(self, table: str, scope_values: pa.Table, batch: pa.Table) -> int:
        return self._unless_dead(super().replace_scope, table, scope_values, batch)

    def _unless_dead(self, write: Any, *asked: Any) -> int:  # noqa: ANN401  whatever a write takes
        if self.dead:
            raise Killed
        self.left -= 1
        if self.left < 0:
            self.dead = True
            raise Killed
        return int(write(*asked))


@dataclass(frozen=True, slots=True)
class Listed:
    """What the registry lists of one place: the digest with its tags; `left_out`: the policy leaves it out."""

    repository: str
    digest: str
    tags: tuple[str, ...]
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """All that a scan finds: `reading` is what `engine` read, `reread` of it what another one had read before."""

    listed: Sequence[Listed]
    repositories: Sequence[str]
    hidden: Collection[str]
    reading: Mapping[str, Image]
    reread: Collection[str]
    engine: str


@dataclass(slots=True)
class Fleet:
    """A lake in a folder; `engine` reads its images."""

    folder: Path
    first_seen: dict[tuple[str, str], datetime] = field(default_factory=dict)
    feeds: dict[str, object] = field(default_factory=dict)  # what each publisher served last
    _mortal: Lake | None = None

    @property
    def lake(self) -> Lake:
        root = str(self.folder / "lake")
        return Lake(root)

    @property
    def store(self) -> FeedStore:
        return FeedStore(self.lake.feeds_root)

    def publish(self, feeds: Feeds) -> None:
        """What the publishers serve now, fetched."""
        base = self.folder / "feeds"
        for name in FEEDS:
            if self._is_new(name, feeds.records[name]):
                write_osv(base, *feeds.records[name], ecosystem=name)
        if self._is_new("kev", dict(feeds.kev)):
            write_kev(
                base, *({"cveID": cve, "dateAdded": "2024-01-02", "dueDate": due} for cve, due in sorted(feeds.kev.items()))
            )
        if self._is_new("epss", dict(feeds.epss)):
            write_epss(
                base,
                "\n".join(["cve,epss,percentile", *(f"{cve},{score},0.9" for cve, score in sorted(feeds.epss.items())), ""]),
            )
        if self._is_new("eol", feeds.ended):
            ends = {name: "2020-01-01" if name in feeds.ended else "2099-01-01" for name in CYCLES}
            write_eol(
                base, *({"product": CYCLES[name][0], "cycle": CYCLES[name][1], "eol": day} for name, day in ends.items())
            )
        if self._is_new("products", dict(feeds.products)):
            write_repositories(base, {name: [_cpe(product)] for name, product in feeds.products.items()})
        sync(self.store, Settings(feeds=str(base)), FEEDS)

    def _is_new(self, name: str, content: object) -> bool:
        before, self.feeds[name] = self.feeds.get(name), content
        return before != content

    def scan(self, found: Scan, dies: int | None = None) -> Record:
        """A run that found these places, read these images, and matched; a writer that `dies` does so when it matches."""
        with recorded(self._lake(dies), Kind.SCAN, trust) as record:
            record.run = replace(record.run, engine=found.engine)
            run, lake = record.run, self.lake
            there = [item for item in found.listed if item.repository not in found.hidden]
            self._note_read(lake, found.reading)
            self._note_places(lake, record, there, found)
            seen = tuple(name for name in found.repositories if name not in found.hidden)
            listing = all_listings([listing_table([_listing(item) for item in there], Filters(), run.at)])
            discovered = [Discovered(ACCOUNT, REGION, REGISTRY, listing, seen, (), tuple(found.hidden))]
            mark_gone(lake, run, discovered, 512)
            note_tags(lake, run, listing, discovered)
            self._match(record, dies, sorted(found.reread))
        return record

    def match(self, engine: str, full: bool = False, dies: int | None = None) -> Record:
        """A run that only matches; a writer that `dies` does so at that write of its matching."""
        with recorded(self._lake(dies), Kind.ADVISORIES, trust) as record:
            record.run = replace(record.run, engine=engine)
            self._match(record, dies, (), full)
        return record

    def _lake(self, dies: int | None) -> Lake:
        lake = Mortal(self.lake.root, 10**9) if dies is not None else self.lake
        self._mortal = lake
        return lake

    def _match(self, record: Record, dies: int | None, reread: Sequence[str], full: bool = False) -> None:
        lake = self._mortal or self.lake
        if isinstance(lake, Mortal) and dies is not None:
            lake.left = dies
        changes = update_findings(lake, self.store, record.run, reread, full=full)
        record.counts.findings = changes.findings

    def _note_read(self, lake: Lake, reading: Mapping[str, Image]) -> None:
        if reading:
            rows = [row for image in reading.values() for row in image.rows]
            scope = pa.table({"image_digest": list(reading)})
            lake.replace_scope("packages", scope, pa.Table.from_pylist(rows, PACKAGES))

    def _note_places(self, lake: Lake, record: Record, there: Sequence[Listed], found: Scan) -> None:
        """`images`, `coverage` and `digests` as `settle` leaves them."""
        at = record.run.at
        known = {(row["repository"], row["digest"]): row for row in lake.rows("images", IMAGES.names).to_pylist()}
        images, coverage, digests = [], [], []
        for item in there:
            place = {"registry": REGISTRY, "repository": item.repository, "digest": item.digest, "account": ACCOUNT}
            reason = "excluded-tag" if item.left_out else "" if item.tags else "untagged"
            status = "skipped" if reason else "scanned" if item.digest in found.reading else "unchanged"
            looked = place | {"run": record.run.run, "at": at, "status": status, "reason": reason, "tags": list(item.tags)}
            coverage.append(looked)
            if reason:
                continue
            before = known.get((item.repository, item.digest), {})
            images.append(
                self._read_facts(known, item.digest, found)
                | {**place, "state": "present", "first_seen": before.get("first_seen", at), "last_seen": at}
                | {"tags": list(item.tags), "index_digest": "", "platform": "linux/amd64"}
            )
            if item.digest in found.reading or not before:
                digests.append(looked | {"engine": found.engine})
        lake.commit("images", pa.Table.from_pylist(images, IMAGES))
        lake.commit("coverage", pa.Table.from_pylist(coverage, COVERAGE))
        lake.commit("digests", pa.Table.from_pylist(digests, DIGESTS))

    def _read_facts(self, known: Mapping[tuple[str, str], Row], digest: str, found: Scan) -> Row:
        """What was read of an image, in this scan or before, in whichever place."""
        if image := found.reading.get(digest):
            return {"engine": found.engine, "content_sets": list(image.sets), "os_version": "9.2"}
        rows = [row for (_, name), row in known.items() if name == digest]
        return {name: rows[0][name] for name in ("engine", "content_sets", "os_version")}


def _listing(item: Listed) -> Listing:
    return Listing(
        REGISTRY, item.repository, item.digest, ACCOUNT, REGION, item.tags, "", "", 1, datetime(2026, 1, 1, tzinfo=UTC)
    )


def _cpe(product: str) -> str:
    name, _, version = product.removeprefix("Red Hat:").partition(":")
    return f"cpe:/o:redhat:{name}:{version}::baseos"
