"""The world that changes at random: what publishers say, what lies in registries under which tags, which engine reads."""

import random
from dataclasses import dataclass, field

from tests.model.images import EUS, MAIN
from tests.model.judge import Feeds
from tests.model.records import CVES, ENDING, FEEDS, Record, new_record

Place = tuple[str, str]  # repository, digest
REPOSITORIES = ("team-a/app", "team-a/web", "team-b/app")
TAGS = ("1.0", "1.1", "latest")


@dataclass(slots=True)
class World:
    """Everything that the lake only hears of when it looks."""

    rng: random.Random
    engine: str = "e1"
    pushed: set[str] = field(default_factory=set)
    records: dict[str, dict[str, Record]] = field(default_factory=lambda: {name: {} for name in FEEDS})
    kev: dict[str, str] = field(default_factory=lambda: {"CVE-1999-1000": "2024-01-01"})  # an empty list is not believed
    epss: dict[str, float] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    products: dict[str, str] = field(
        default_factory=lambda: {MAIN: "Red Hat:enterprise_linux:9", EUS: "Red Hat:rhel_eus:9.2"}
    )
    tags: dict[Place, set[str]] = field(default_factory=dict)
    left_out: set[Place] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)

    def begin(self) -> None:
        for feed in FEEDS:
            for _ in range(self.rng.randint(6, 14)):
                self.advise(feed)
        for _ in range(8):
            self.push()
        self.exploit()

    def feeds(self) -> Feeds:
        """What publishers say now."""
        records = {feed: tuple(self.records[feed][name] for name in sorted(self.records[feed])) for feed in FEEDS}
        return Feeds(records, dict(self.kev), dict(self.epss), frozenset(self.ended), dict(self.products))

    def advise(self, feed: str = "") -> None:
        feed = feed or self.rng.choice(FEEDS)
        record = new_record(self.rng, feed)
        self.records[feed][record["id"]] = record

    def retract(self) -> None:
        feed = self.rng.choice(FEEDS)
        if len(self.records[feed]) > 1:  # an empty feed is not believed
            del self.records[feed][self.rng.choice(sorted(self.records[feed]))]

    def reword(self) -> None:
        """A record is withdrawn, rejected, or takes back that it was; or it is judged otherwise."""
        feed = self.rng.choice(FEEDS)
        if not self.records[feed]:
            return
        name = self.rng.choice(sorted(self.records[feed]))
        record = self.records[feed][name]
        said: list[Record] = [
            {"withdrawn": None if "withdrawn" in record else "2024-06-02T00:00:00Z"},
            {"summary": f"** REJECT ** {record['summary']}" if "REJECT" not in record["summary"] else "about it"},
            {"severity": new_record(self.rng, feed).get("severity")},
            {"affected": new_record(self.rng, feed)["affected"]},
            {"modified": f"2024-07-{self.rng.randint(1, 28):02}T00:00:00Z"},
        ]
        changed = record | self.rng.choice(said)
        self.records[feed][name] = {key: value for key, value in changed.items() if value is not None}

    def move(self) -> None:
        """The id of a record turns up in another feed, which speaks of other packages; at times it goes from its own."""
        feed, other = self.rng.sample(FEEDS, 2)
        if not self.records[feed]:
            return
        name = self.rng.choice(sorted(self.records[feed]))
        self.records[other][name] = new_record(self.rng, other) | {"id": name}
        if self.rng.random() < 0.5 and len(self.records[feed]) > 1:
            del self.records[feed][name]

    def exploit(self) -> None:
        cve = self.rng.choice(CVES)
        if self.kev.pop(cve, None) is None:
            self.kev[cve] = f"2024-0{self.rng.randint(1, 9)}-23"
        self.epss = {cve: self.rng.randint(1, 9) / 10 for cve in self.rng.sample(CVES, 10)}

    def end(self) -> None:
        self.ended ^= {self.rng.choice(sorted(ENDING))}

    def resell(self) -> None:
        """A repository is of another product."""
        self.products[EUS] = self.rng.choice(["Red Hat:enterprise_linux:9", "Red Hat:rhel_eus:9.2"])

    def push(self) -> None:
        """A new image, or one that is known, under a tag, which it may take from another."""
        known = sorted(self.pushed)
        if known and self.rng.random() < 0.35:
            digest = self.rng.choice(known)
        else:
            digest = f"sha256:{len(self.pushed) + 1:064x}"
            self.pushed.add(digest)
        repository, tag = self.rng.choice(REPOSITORIES), self.rng.choice(TAGS)
        for (other, _), tags in self.tags.items():
            if other == repository:
                tags.discard(tag)
        self.tags.setdefault((repository, digest), set()).add(tag)

    def untag(self) -> None:
        tagged = sorted(place for place, tags in self.tags.items() if tags)
        if tagged:
            tags = self.tags[self.rng.choice(tagged)]
            tags.discard(self.rng.choice(sorted(tags)))

    def delete(self) -> None:
        if self.tags:
            place = self.rng.choice(sorted(self.tags))
            del self.tags[place]
            self.left_out.discard(place)

    def exclude(self) -> None:
        if self.tags:
            self.left_out ^= {self.rng.choice(sorted(self.tags))}

    def hide(self) -> None:
        self.hidden ^= {self.rng.choice(REPOSITORIES)}

    def upgrade(self) -> None:
        self.engine = f"e{int(self.engine[1:]) + 1}"
