"""A random history of images and feeds, done to the lake and noted beside it as it must be."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.model.fleet import Fleet, Killed, Listed, Scan
from tests.model.images import Image, key_of, read_again, read_image
from tests.model.judge import Feeds, Finding, Installed, Judge
from tests.model.said import Said, Spot
from tests.model.world import REPOSITORIES, Place, World

Key = tuple[str, str, str]  # image, package, vulnerability
STATES = ("present", "untagged", "excluded", "deleted")


@dataclass(frozen=True, slots=True)
class Moment:
    """What is so after a step: what is known (`findings`), with which feeds, which images are there.

    `doubted`: the last runs were killed, of which some would have found `attempted`, and all `certain`. `unsure`: images of
    which it is not known when they went, if they do, as they are hidden or the last scan was killed, and no finding tells.
    """

    at: datetime
    findings: dict[Key, Finding]
    matched: Feeds | None
    present: frozenset[str]
    doubted: bool
    unsure: frozenset[str]
    attempted: frozenset[Key] = frozenset()
    certain: frozenset[Key] = frozenset()


@dataclass(slots=True)
class History:
    """The world, the lake that hears of it, and what the lake must know."""

    world: World
    fleet: Fleet
    # what the lake has been told
    images: dict[str, Image] = field(default_factory=dict)
    read_by: dict[str, str] = field(default_factory=dict)
    stands: dict[Place, str] = field(default_factory=dict)
    lies: dict[Place, frozenset[str]] = field(default_factory=dict)  # with which tags
    served: Feeds | None = None
    # what it must know
    known: dict[Key, Finding] = field(default_factory=dict)
    since: dict[Key, datetime] = field(default_factory=dict)
    went_with: dict[str, dict[Key, Finding] | None] = field(default_factory=dict)  # None: a run before was killed
    matched: frozenset[str] = frozenset()
    matched_feeds: Feeds | None = None
    doubted: bool = False
    unseen: bool = False
    last: "Changed | None" = None
    settled: set[Key] = field(default_factory=set)  # as it was told
    told: dict[Key, str] = field(default_factory=dict)  # what the last run told of that
    moments: list[Moment] = field(default_factory=list)
    _said: Said | None = None
    log: list[str] = field(default_factory=list)

    @property
    def said(self) -> Said:
        """Exceptions and VEX."""
        if self._said is None:
            self._said = Said(self.world.rng, self.fleet.lake)
        return self._said

    def begin(self) -> None:
        self.fleet.lake.create()
        self.world.begin()
        self.publish()

    # -- the lake is cared for

    def compact(self) -> None:
        self.fleet.lake.compact()

    def forget(self) -> None:
        """As upkeep does: packages of which nothing is said any more are let go."""
        lake = self.fleet.lake
        said = set(lake.rows("verdicts", ("subject",))["subject"].to_pylist())
        carried = set(lake.rows("vulnerable_packages", ("subject",))["subject"].to_pylist())
        lake.take_out("vulnerable_packages", "subject", sorted(carried - said))

    def another_matcher(self) -> None:
        """As if another version of the code had matched last."""
        rows = self.fleet.lake.latest("matchings", "at")
        self.fleet.lake.commit("matchings", rows.set_column(rows.column_names.index("matcher"), "matcher", [["another"]]))

    # -- something is said of findings

    def say_accept(self) -> None:
        self.said.accept(self.spots())

    def say_vex(self) -> None:
        self.said.state(self.spots())

    # -- the lake hears of it

    def publish(self) -> None:
        self.served = self.world.feeds()
        self.fleet.publish(self.served)

    def scan(self, dies: int | None = None) -> None:
        """A scan of all that may be listed; what another engine read is read again."""
        listed = [
            Listed(repository, digest, tuple(sorted(tags)), (repository, digest) in self.world.left_out)
            for (repository, digest), tags in sorted(self.world.tags.items())
        ]
        there = {
            item.digest for item in listed if item.tags and not item.left_out and item.repository not in self.world.hidden
        }
        reread = {digest for digest in there if digest in self.images and self.read_by[digest] != self.world.engine}
        reading = {digest: read_image(self.world.rng, digest) for digest in sorted(there - self.images.keys())}
        reading |= {digest: read_again(self.world.rng, self.images[digest]) for digest in sorted(reread)}
        self.images |= reading
        self.read_by |= dict.fromkeys(reading, self.world.engine)
        for repository in REPOSITORIES:
            if repository not in self.world.hidden:
                self._stand(repository, listed)
        self.unseen = dies is not None
        found = Scan(listed, REPOSITORIES, sorted(self.world.hidden), reading, reread, self.world.engine)
        self._run(dies, lambda: self.fleet.scan(found, dies), reread)

    def _stand(self, repository: str, listed: list[Listed]) -> None:
        """How the images of a repository stand when it was listed."""
        for place in [place for place in self.stands if place[0] == repository]:
            self.stands[place] = "deleted"
        for item in listed:
            place = (item.repository, item.digest)
            state = "excluded" if item.left_out else "present" if item.tags else "untagged"
            if item.repository == repository and (state == "present" or place in self.stands):
                self.stands[place], self.lies[place] = state, frozenset(item.tags)

    def match(self, full: bool = False, dies: int | None = None) -> None:
        self._run(dies, lambda: self.fleet.match(self.world.engine, full, dies), set())

    def _run(self, dies: int | None, run: Any, reread: set[str]) -> None:  # noqa: ANN401  what fleet does
        before = self.known
        try:
            record = run()
        except Killed:
            tried, last = frozenset(self.expected()), self.moments[-1]
            was, self.doubted = self.doubted, True
            self._note(tried | last.attempted if was else tried, tried & last.certain if was else tried)
            return
        assert self.served is not None
        self.unseen = self.unseen and dies is None
        now = self.expected()
        self.since = {key: self.since.get(key, record.run.at) if key in before else record.run.at for key in now}
        present = self.present()
        for digest in self.matched - present:
            self.went_with[digest] = None if self.doubted else {key: one for key, one in before.items() if key[0] == digest}
        self.last = Changed(record.run.run, before, now, self.matched, present, frozenset(reread), self.doubted)
        self.known, self.matched, self.matched_feeds, self.doubted = now, present, self.served, False
        self._tell_settled()
        self._note()

    def _tell_settled(self) -> None:
        """What this run must have told of exceptions and VEX."""
        now = self.settled_now()
        back = {key for key in self.settled - now if key in self.known}
        self.told = dict.fromkeys(now - self.settled, "settled") | dict.fromkeys(back, "reopened")
        self.settled = (self.settled | now) - back

    def spots(self) -> list[Spot]:
        """Every finding in each place where its image lies."""
        rows = {(digest, key_of(row)): row for digest, image in self.images.items() for row in image.rows}
        names: dict[str, set[str]] = {}
        for (_, _, vulnerability), finding in self.known.items():
            names.setdefault(vulnerability, {vulnerability}).update(finding.aliases)
        return [
            Spot(repository, tags, digest, rows[digest, key], vulnerability, finding, frozenset(names[vulnerability]))
            for (digest, key, vulnerability), finding in self.known.items()
            for (repository, name), tags in sorted(self.lies.items())
            if name == digest and self.stands[repository, name] == "present"
        ]

    def settled_now(self) -> set[Key]:
        """The findings that are settled in all places of their image."""
        answers: dict[Key, bool] = {}
        for spot in self.spots():
            key = (spot.digest, key_of(spot.row), spot.vulnerability)
            answers[key] = answers.get(key, True) and self.said.standing(spot)[2]
        return {key for key, is_settled in answers.items() if is_settled}

    def _note(self, attempted: frozenset[Key] = frozenset(), certain: frozenset[Key] = frozenset()) -> None:
        moment = Moment(
            datetime.now(UTC),
            self.known,
            self.matched_feeds,
            self.present(),
            self.doubted,
            self._unsure(),
            attempted,
            certain,
        )
        self.moments.append(moment)

    def _unsure(self) -> frozenset[str]:
        silent = self.images.keys() - {digest for digest, _, _ in self.known}
        return frozenset(
            digest
            for repository, digest in self.stands
            if digest in silent and (self.unseen or repository in self.world.hidden)
        )

    def present(self) -> frozenset[str]:
        return frozenset(digest for (_, digest), state in self.stands.items() if state == "present")

    def went(self, digest: str) -> str:
        """How an image went that is nowhere now."""
        states = {state for (_, name), state in self.stands.items() if name == digest}
        return next(state for state in STATES[1:] if state in states)

    def expected(self) -> dict[Key, Finding]:
        """The findings of all that is present, with what is served now."""
        assert self.served is not None
        return self.judged(self.present(), self.served)

    def judged(self, digests: frozenset[str], feeds: Feeds) -> dict[Key, Finding]:
        judge, seen = Judge(feeds), dict[Installed, dict[str, Finding]]()
        found: dict[Key, Finding] = {}
        for digest in sorted(digests):
            for key, package in self.images[digest].installed(feeds).items():
                if package not in seen:
                    seen[package] = judge.findings(package)
                found |= {(digest, key, vulnerability): finding for vulnerability, finding in seen[package].items()}
        return found


@dataclass(frozen=True, slots=True)
class Changed:
    """What one run that ended changed: findings before and after, the images of both, and those that were read again."""

    run: str
    before: dict[Key, Finding]
    after: dict[Key, Finding]
    images_before: frozenset[str]
    images_after: frozenset[str]
    reread: frozenset[str]
    doubted: bool  # a run before it was killed
