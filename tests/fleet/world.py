"""A fleet of plain functions: embedded registries, what ECR would list of them, and the stages of a scan without Prefect."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.demo.feeds import write_feeds
from hullmark.demo.fleet import Fleet as DemoFleet
from hullmark.demo.images import Built, build_image
from hullmark.demo.registry import DemoRegistry
from hullmark.errors import HullmarkError
from hullmark.fleet.discovery import Discovered, undiscovered
from hullmark.fleet.findings import update_findings
from hullmark.fleet.listing import all_listings, listing_table
from hullmark.fleet.plan import Location, Wanted
from hullmark.fleet.read import LayerOutcome, RegistryAt, Resolved, WantedLayer, read, resolve, unread, unresolved
from hullmark.fleet.room import Room, resolve_within
from hullmark.fleet.run import Kind, Record, recorded
from hullmark.fleet.scan import Scan
from hullmark.inventory import LayerObjects
from hullmark.lake.store import Lake
from hullmark.quality.gate import Validate
from hullmark.quality.validate import Verdict, validate
from hullmark.settings import MIB, Limits, Settings
from hullmark.sources.ecr import Filters, Listing
from hullmark.sources.registry import Registry

FIRST, SECOND = "111122223333", "444455556666"
REGION = "eu-central-1"
PUSHED = datetime(2026, 1, 1, tzinfo=UTC)
LAYERS = DemoFleet().facts["layer"]


def trust(table: str, batch: pa.Table) -> Verdict:
    """Great Expectations costs half a second a batch; tests that are not about it do without."""
    return Verdict(table, True)


def image(*stack: str, architecture: str = "amd64") -> Built:
    """An image of the demo's layers."""
    return build_image(stack, LAYERS, architecture)


@dataclass(slots=True)
class Account:
    """One account's registry and what ECR lists of it."""

    number: str
    registry: DemoRegistry
    listed: dict[tuple[str, str], Listing] = field(default_factory=dict)  # by repository and digest
    denied: set[str] = field(default_factory=set)  # repositories that may not be listed; "*" is the account
    filters: Filters = field(default_factory=Filters)
    now: datetime = PUSHED
    named: tuple[str, ...] = ()  # the only repositories that are known, where ECR does not tell which there are

    def push(self, repository: str, tag: str, built: Built) -> str:
        """Push an image or index with its children; its digest. A tag that moves leaves its old image without one."""
        self.registry.push(repository, tag, built)
        for child in built.children:
            self._list(repository, child)
        self.untag(repository, tag)
        self._list(repository, built, tag)
        return built.manifest.digest

    def untag(self, repository: str, tag: str) -> None:
        for key, item in self.listed.items():
            if key[0] == repository and tag in item.tags:
                self.listed[key] = replace(item, tags=tuple(name for name in item.tags if name != tag))

    def delete(self, repository: str, digest: str) -> None:
        del self.listed[repository, digest]

    def archive(self, repository: str, digest: str) -> None:
        self.listed[repository, digest] = replace(self.listed[repository, digest], status="ARCHIVED")

    def discovered(self) -> Discovered:
        names = sorted(self.named or {repository for repository, _ in self.listed} - self.denied)
        tables = [
            listing_table([item for key, item in self.listed.items() if key[0] == name], self.filters, self.now)
            for name in names
        ]
        gaps = tuple(f"{name} may not be listed; update the role." for name in sorted(self.denied))
        hidden = tuple(sorted(self.denied))
        return Discovered(
            self.number, REGION, self.registry.host, all_listings(tables), tuple(names), gaps, hidden, not self.named
        )

    def _list(self, repository: str, built: Built, tag: str = "") -> None:
        digest = built.manifest.digest
        known = self.listed.get((repository, digest))
        tags = {*(known.tags if known else ()), *([tag] if tag else [])}
        self.listed[repository, digest] = Listing(
            self.registry.host, repository, digest, self.number, REGION, tuple(sorted(tags)), built.manifest.media_type,
            "", 1, PUSHED,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlainReader:
    """Resolves and reads one after the other, in this thread."""

    at: RegistryAt
    objects: LayerObjects
    limits: Limits
    room: int

    def resolve(self, wanted: Sequence[Wanted]) -> Iterator[Resolved]:
        return resolve_within(Room(self.room), wanted, lambda item: _tried(resolve, self.at, item, unresolved))

    def read(self, layers: Sequence[WantedLayer]) -> Iterator[LayerOutcome]:
        for layer in layers:
            yield _tried(lambda at, item: read(at, item, self.objects, self.limits), self.at, layer, unread)


@dataclass(slots=True)
class World:
    """Two accounts and a lake; `scan` is one run, stage by stage as `flows.scan` has them."""

    folder: Path
    accounts: dict[str, Account] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    digests_at_once: int = 2000
    room: int = 256 * MIB
    engine: str = ""  # pretends to be another engine in plan, images and events; layers are stored by the real one
    _registries: dict[str, Registry] = field(default_factory=dict)

    def __enter__(self) -> Self:
        for number in (FIRST, SECOND):
            registry = DemoRegistry()
            registry.start()
            self.accounts[number] = Account(number, registry)
            self._registries[number] = Registry(registry.url, None, self.limits)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, account in self.accounts.items():
            self._registries[number].close()
            account.registry.stop()

    @property
    def first(self) -> Account:
        return self.accounts[FIRST]

    @property
    def second(self) -> Account:
        return self.accounts[SECOND]

    @property
    def lake(self) -> Lake:
        return Lake(str(self.folder / "lake"))

    @contextmanager
    def at(self, place: Location) -> Iterator[Registry]:
        yield self._registries[place.account]

    def feeds(self) -> None:
        """Load the demo's advisories into the lake."""
        sync(FeedStore(self.lake.feeds_root), Settings(feeds=str(write_feeds(self.folder / "feeds"))))

    def scan(self, check: Validate = trust, lake: Lake | None = None, per_batch: int = 200) -> Record:
        """One whole run; the record as it ended."""
        lake = lake or self.lake
        with lake.lock("test"), recorded(lake, Kind.SCAN, check) as record:
            if self.engine:
                record.run = replace(record.run, engine=self.engine)
            self._scan(lake, record, check, per_batch)
        return record

    def match(self, kind: Kind = Kind.ADVISORIES) -> Record:
        """A run that only matches."""
        with recorded(self.lake, kind, trust) as record:
            record.counts.findings = update_findings(self.lake, FeedStore(self.lake.feeds_root), record.run).findings
        return record

    def _scan(self, lake: Lake, record: Record, check: Validate, per_batch: int) -> None:
        found = [self._discover(account) for account in self.accounts.values()]
        reader = PlainReader(self.at, LayerObjects(lake.layer_objects_root), self.limits, self.room)
        scanned = Scan(lake, record, reader, 512, check, self.digests_at_once, per_batch).run(found)
        record.counts.findings = update_findings(lake, FeedStore(lake.feeds_root), record.run, scanned).findings

    def _discover(self, account: Account) -> Discovered:
        if "*" in account.denied:
            return undiscovered((account.number, REGION), HullmarkError("the role may not be assumed"))
        return account.discovered()

    def ask(self, sql: str, **parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a question to the lake."""
        connection = self.lake.connect()
        try:
            return connection.sql(sql, params=parameters or None).fetchall()
        finally:
            connection.close()

    def table(self, sql: str, **parameters: object) -> pa.Table:
        """The rows of a question as a table."""
        connection = self.lake.connect()
        try:
            return connection.sql(sql, params=parameters or None).to_arrow_table()
        finally:
            connection.close()

    def coverage(self, *columns: str) -> list[tuple[Any, ...]]:
        """Rows of the last run, sorted."""
        names = ", ".join(columns)
        return sorted(self.ask(f"SELECT {names} FROM coverage WHERE run = (SELECT arg_max(run, started) FROM runs)"))  # noqa: S608

    def events(self) -> set[tuple[str, str]]:
        """(event, cause) of the last run's events."""
        return set(
            self.ask("SELECT DISTINCT event, cause FROM finding_events WHERE run = (SELECT arg_max(run, started) FROM runs)")
        )

    def state(self) -> tuple[str, str]:
        """State and detail of the run that started last."""
        state, detail = self.ask("SELECT state, detail FROM runs ORDER BY started DESC LIMIT 1")[0]
        return str(state), str(detail)


def _tried(action: Callable[..., Any], at: object, what: Any, instead: Callable[..., Any]) -> Any:  # noqa: ANN401
    try:
        return action(at, what)
    except HullmarkError as failure:
        return instead(what, failure)


__all__ = ["FIRST", "SECOND", "World", "image", "trust", "validate"]
