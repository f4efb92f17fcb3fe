"""An account that is disconnected or paused while a run reads it: the run leaves it, says so, and reads the others."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from itertools import permutations
from threading import Event, Thread

import pytest

from flows.scan import scan
from hullmark.errors import Stopped
from hullmark.settings import read_settings
from tasks import hub, site, watch
from tasks.site import Ticket, join_site, site_of
from tests.fleet.test_incremental import API, OTHER
from tests.fleet.world import image
from tests.flows.world import FIRST, REGION, SECOND, FlowWorld

SECONDS = 120.0
STACKS = [*permutations(("debian-12-1", "imaging", "proxy"))][:5]


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.1)


@contextmanager
def under_way(fleet: FlowWorld) -> Iterator[list[str]]:
    """A scan in a thread, held at the first account's registry until the block ends; then the run's id is there."""
    door, runs, goes_on = fleet.doors[FIRST], list[str](), Event()
    door.gate = goes_on
    context = copy_context()  # which holds the settings of Prefect's client
    thread = Thread(target=lambda: runs.append(context.run(scan)))
    thread.start()
    try:
        wait_until(lambda: door.now > 0)
        yield runs
    finally:
        goes_on.set()
        thread.join()


def wait_until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < deadline, "that did not happen in time"
        time.sleep(0.02)


def is_left(account: str) -> bool:
    return any(account in one.access.stopped for one in [*site._sites.values()])


def push(fleet: FlowWorld) -> None:
    for number, stack in enumerate(STACKS):
        fleet.push(FIRST, "team/api", str(number), image(*stack))
        fleet.push(FIRST, "team/api", f"{number}-arm", image(*stack, architecture="arm64"))
    fleet.push(SECOND, "team/web", "1", image(*OTHER))


@pytest.mark.parametrize(
    ("leave", "word", "come_back"),
    [(hub.pause, "paused", hub.resume), (hub.disconnect, "disconnected", None)],
    ids=["paused", "disconnected"],
)
def test_a_run_under_way_leaves_an_account(
    fleet: FlowWorld, leave: Callable[..., object], word: str, come_back: Callable[..., object] | None
) -> None:
    fleet.push(FIRST, "team/api", "old", image(*API))
    scan()
    push(fleet)
    with under_way(fleet) as runs:
        leave(FIRST, fleet.settings)
        wait_until(lambda: is_left(FIRST))
    sent = fleet.registries[FIRST].sent
    columns = "account, status, reason, count(*), any_value(detail)"
    rows = fleet.ask(f"SELECT {columns} FROM coverage WHERE run = $run GROUP BY ALL ORDER BY ALL", run=runs[0])  # noqa: S608
    assert [row[:4] for row in rows] == [
        (FIRST, "failed", "stopped", 10), (FIRST, "unchanged", "", 1), (SECOND, "scanned", "", 1),
    ]  # fmt: skip
    assert rows[0][4].startswith(f"account {FIRST} was {word}")
    state, detail = fleet.ask("SELECT state, detail FROM runs WHERE run = $run", run=runs[0])[0]
    assert (state, detail) == (
        "incomplete", f"Account {FIRST} was disconnected or paused meanwhile: 10 of its digests are left.",
    )  # fmt: skip
    assert fleet.ask("SELECT state FROM accounts WHERE account = $a", a=FIRST) == [(word,)]
    assert fleet.ask("SELECT count(*) FROM images WHERE account = $a AND state = 'present'", a=FIRST) == [(1,)]
    assert fleet.ask("SELECT count(*) FROM failures") == [(0,)]
    scan()
    assert fleet.registries[FIRST].sent == sent
    if come_back:
        come_back(FIRST, fleet.settings)
        run = scan()
        found = fleet.ask("SELECT status, count(*) FROM coverage WHERE run = $run GROUP BY ALL ORDER BY ALL", run=run)
        assert found == [("scanned", 10), ("unchanged", 2)]


def test_who_names_a_paused_account_has_it_scanned(fleet: FlowWorld) -> None:
    push(fleet)
    fleet.doors[FIRST].seconds = 0.1
    hub.pause(FIRST, fleet.settings)
    run = scan([FIRST])
    assert fleet.ask("SELECT status, count(*) FROM coverage WHERE run = $run GROUP BY ALL", run=run) == [("scanned", 10)]


def test_a_process_that_joins_a_run_enters_only_who_is_still_connected(fleet: FlowWorld) -> None:
    hub.disconnect(FIRST, fleet.settings)
    ticket = Ticket("run", (FIRST, SECOND), fleet.settings.lake)
    with join_site(ticket, read_settings()):
        access = site_of(ticket).access
        with pytest.raises(Stopped, match=f"account {FIRST} was disconnected at .*connect it again"):
            access.session(FIRST)
        client = access.session(SECOND).client("ecr", REGION)
        assert access.session(SECOND).caller(REGION).arn.endswith("/hullmark-run")  # what the account's CloudTrail shows
        hub.pause(SECOND, fleet.settings)
        wait_until(lambda: is_left(SECOND))
        with pytest.raises(Stopped, match=f"account {SECOND} was paused"):
            client.get_authorization_token()
