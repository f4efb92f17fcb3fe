"""What is tried again and what is not, and how work is dealt to tasks."""

from datetime import UTC, datetime
from typing import Any

import pytest
from prefect import Task, flow, task

import tasks.retries
from flows.gather import gather
from hullmark.errors import AccessError, HullmarkError, TransportError
from hullmark.fleet.plan import Location, Wanted
from hullmark.model import Image, Reason, Skipped
from hullmark.sources.ecr import Integration
from hullmark.sources.registry_client import TRIES
from tasks import hub
from tasks.batch import Batch, dealt
from tasks.discovery import discover_region
from tasks.images import resolve_images
from tasks.retries import FIRST_DELAY_SECONDS, NETWORK, RETRIES
from tasks.site import open_site
from tests.fleet.test_incremental import API, OTHER
from tests.fleet.world import image
from tests.flows.world import FIRST, REGION, FlowWorld


def in_a_flow(task: Task[..., Any], *arguments: object) -> Any:  # noqa: ANN401
    """The answer of a task as a flow gets it, with short pauses between its tries."""
    quick = task.with_options(retry_delay_seconds=0.01)

    @flow
    def one() -> Any:  # noqa: ANN401
        return quick.submit(*arguments).result()

    return one()


@pytest.fixture
def in_no_time(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, which are not waited for."""
    pauses: list[float] = []
    monkeypatch.setattr(tasks.retries, "sleep", pauses.append)
    return pauses


def wanted(fleet: FlowWorld, digest: str) -> Wanted:
    place = Location(fleet.registries[FIRST].host, "team/api", FIRST, REGION, ("1",), None)
    return Wanted(digest, "", (place,))


@pytest.mark.parametrize("status", [503, 429])
def test_the_network_and_throttling_are_tried_again(fleet: FlowWorld, status: int, in_no_time: list[float]) -> None:
    digest = fleet.push(FIRST, "team/api", "1", image(*API))
    registry = fleet.registries[FIRST]
    with open_site(hub.integrations(), fleet.settings, "run") as ticket:
        before = registry.requests["manifest"]
        registry.refuse(digest, status, times=TRIES, retry_after="0")
        (found,) = in_a_flow(resolve_images, ticket, Batch([wanted(fleet, digest)]))
        assert found.found[0].digest == digest
        tries = registry.requests["manifest"] - before
        registry.refuse(digest, status, times=TRIES * (RETRIES + 1), retry_after="0")
        (lost,) = in_a_flow(resolve_images, ticket, Batch([wanted(fleet, digest)]))
        assert lost.found[0].reason is Reason.TRANSPORT
    assert tries >= TRIES + 1
    assert registry.requests["manifest"] - before - tries >= TRIES * (RETRIES + 1)
    assert [pause // FIRST_DELAY_SECONDS >= 2**number for number, pause in enumerate(in_no_time[-RETRIES:])] == [
        True
    ] * RETRIES


def test_what_is_denied_is_not_tried_again(fleet: FlowWorld) -> None:
    stranger = Integration(FIRST, hub.integration(FIRST).role_arn, "another-external-id", (REGION,))
    before = fleet.aws.calls.total()
    with open_site([stranger], fleet.settings, "run") as ticket, pytest.raises(AccessError):
        in_a_flow(discover_region, ticket, FIRST, REGION, datetime.now(UTC))
    assert fleet.aws.calls.total() - before <= 3  # who am I, the platform's role, the customer's


def test_throttled_listing_goes_on(fleet: FlowWorld) -> None:
    fleet.push(FIRST, "team/api", "1", image(*API))
    fleet.aws.fail("ecr:DescribeImages", "ThrottlingException", times=3)
    with open_site(hub.integrations(), fleet.settings, "run") as ticket:
        found = in_a_flow(discover_region, ticket, FIRST, REGION, datetime.now(UTC))
    assert (found.repositories, found.listing.num_rows, found.gaps) == (("team/api",), 1, ())


def test_waits_double_and_are_spread() -> None:
    delays = NETWORK["retry_delay_seconds"](RETRIES)
    assert delays == [FIRST_DELAY_SECONDS * 2**number for number in range(RETRIES)]
    assert (discover_region.retries, discover_region.retry_jitter_factor) == (RETRIES, 1.0)


def test_a_failure_becomes_the_answer_that_says_so(fleet: FlowWorld, in_no_time: list[float]) -> None:
    digest, other = (fleet.push(FIRST, "team/api", str(number), image(*stack)) for number, stack in enumerate((API, OTHER)))
    fleet.registries[FIRST].refuse(other, 503, times=TRIES * (RETRIES + 1), retry_after="0")
    with open_site(hub.integrations(), fleet.settings, "run") as ticket:
        answers = in_a_flow(resolve_images, ticket, Batch([wanted(fleet, digest), wanted(fleet, other)]))
    assert len(in_no_time) == RETRIES
    found = {item.wanted.digest: item.found[0] for item in answers}
    assert isinstance(found[digest], Image)
    lost = found[other]
    assert isinstance(lost, Skipped)
    assert lost.reason is Reason.TRANSPORT


def test_a_task_that_fails_is_an_answer_and_the_others_go_on(prefect_api: None) -> None:
    @task
    def one(number: int) -> int:
        if number:
            raise TransportError("the far side failed")
        return number

    told: list[tuple[int, HullmarkError]] = []

    @flow
    def several() -> list[int]:
        def instead(asked: int, failure: HullmarkError) -> int:
            told.append((asked, failure))
            return -1

        return gather({one.submit(number): number for number in (0, 1)}, instead)

    assert sorted(several()) == [-1, 0]
    assert [(asked, type(failure)) for asked, failure in told] == [(1, TransportError)]


@pytest.mark.parametrize(
    ("items", "slots", "sizes"), [(0, 16, []), (3, 16, [1, 1, 1]), (9, 2, [2] + [1] * 7), (300, 2, [25] * 12)]
)
def test_items_are_dealt_like_cards(items: int, slots: int, sizes: list[int]) -> None:
    batches = dealt(range(items), slots)
    assert [len(batch.items) for batch in batches] == sizes
    assert sorted(item for batch in batches for item in batch.items) == list(range(items))
