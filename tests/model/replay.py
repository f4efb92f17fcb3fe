"""One seed: a random history step by step, and all that is wrong after a step."""

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.matching.findings import matched
from tests.model import asked, checks
from tests.model.checks import Wrong
from tests.model.fleet import Fleet
from tests.model.history import History
from tests.model.images import read_image
from tests.model.records import CVES
from tests.model.world import World

STEPS = 6
MOST_WRITES = 12  # of one matching
IMAGES = 150  # without a history


def replay(folder: Path, seed: int, steps: int = STEPS) -> Wrong:
    """What is wrong after the first step where anything is, each with its step; [] for nothing."""
    history = History(World(random.Random(seed)), Fleet(folder))  # noqa: S311  a sample
    history.begin()
    history.scan()
    for step in range(steps + 1):
        if wrong := [*check(history)]:
            return [f"seed {seed}, step {step} ({', '.join(history.log[-8:])}): {line}" for line in wrong]
        advance(history)
    return []


def matched_alone(folder: Path, seed: int) -> Wrong:
    """What matching finds otherwise in many images at once, without a history."""
    rng = random.Random(seed)  # noqa: S311  a sample
    history = History(World(rng), Fleet(folder))
    history.begin()
    for action in rng.choices([history.world.advise, history.world.reword, history.world.move, history.world.end], k=60):
        action()
    history.publish()
    history.images = {digest: read_image(rng, digest) for digest in (f"sha256:{number:064x}" for number in range(IMAGES))}
    rows = [row for image in history.images.values() for row in image.rows]
    stated = [(image.digest, "9.2", name) for image in history.images.values() for name in image.sets]
    found = matched(history.fleet.store, rows, stated=stated).to_pylist()
    assert history.served is not None
    expected = history.judged(frozenset(history.images), history.served)
    return checks.differing(f"seed {seed}", dict(map(checks.of_row, found)), expected)


def advance(history: History) -> None:
    """Some of the world changes; then a run hears of it, which may be killed, at times twice."""
    world, rng = history.world, history.world.rng
    feeds = [world.advise, world.advise, world.advise, world.retract, world.reword, world.reword, world.move,
             world.exploit]  # fmt: skip
    rare = [world.end, world.resell, world.exclude, world.hide, world.upgrade, history.another_matcher]
    images = [world.push, world.push, world.untag, world.delete]
    history.log = []
    for action in rng.choices([history.said.end, history.said.remove], k=rng.randint(0, 1)):
        act(history, action)
    for _ in range(rng.randint(0, 2)):
        act(history, rng.choice([history.say_accept, history.say_vex]))
    chosen = rng.choices(feeds, k=rng.randint(0, 3)) + rng.choices(images, k=rng.randint(0, 2))
    chosen += rng.sample(rare, 1) if rng.random() < 0.35 else []
    for action in chosen:
        act(history, action)
    act(history, history.publish)
    if rng.random() < 0.25:
        act(history, rng.choice([history.compact, history.forget]))
    runs: list[Callable[..., None]] = [history.scan, history.match]
    while rng.random() < 0.2:
        act(history, rng.choice(runs), dies=rng.randint(0, MOST_WRITES))
        for action in rng.choices(feeds + images, k=rng.randint(0, 2)):
            act(history, action)
        act(history, history.publish)
    if rng.random() < 0.6 or set(chosen) & {*images, world.upgrade}:
        act(history, history.scan)
    else:
        act(history, history.match, full=rng.random() < 0.3)


def act(history: History, action: Callable[..., None], **told: Any) -> None:  # noqa: ANN401  whatever it takes
    history.log.append(" ".join([action.__name__, *(str(one) for one in told.values() if isinstance(one, int))]))
    action(**told)


def check(history: History) -> Iterator[str]:
    """All questions, some of them about random days."""
    with closing(history.fleet.lake.connect(512)) as lake:
        for question in (checks.findings, checks.events, checks.ledger):
            yield from question(history, lake)
        for moment in history.moments:
            yield from checks.known_then(history, lake, moment)
        ended = [moment for moment in history.moments if moment.matched]
        one, other = (
            history.world.rng.choice([moment for moment in ended if not moment.doubted]),
            history.world.rng.choice(ended),
        )
        pairs = [(None, None), (one, other), (None, other), (one, None)]
        for images, feeds in history.world.rng.sample(pairs, 2):
            yield from checks.matched_then(history, lake, images, feeds)
    with closing(history.fleet.lake.connect(512)) as lake:
        for question in (asked.standing, asked.told_settled, asked.due):
            yield from question(history, lake)
        digests = sorted(history.images)
        yield from asked.differs(history, lake, history.world.rng.choice(digests), history.world.rng.choice(digests))
        for digest, vulnerability in doubts(history):
            yield from asked.why(history, lake, digest, vulnerability)


def doubts(history: History) -> Iterator[tuple[str, str]]:
    """Images and vulnerabilities that somebody may ask about: some that were found, by any name, and some that were not."""
    rng = history.world.rng
    if history.known:
        digest, _, vulnerability = key = rng.choice(sorted(history.known))
        yield digest, rng.choice([vulnerability, *history.known[key].aliases])
    yield rng.choice(sorted(history.images)), rng.choice(CVES)
