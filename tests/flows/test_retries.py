"""What is tried again and what is not, and under which key a layer's outcome is kept."""

from dataclasses import replace
from typing import Any

import pytest
from prefect import Task, flow

from flows.gather import gather
from hullmark.errors import AccessError, HullmarkError, Throttled, TransportError
from hullmark.fleet.access import Access
from hullmark.fleet.plan import Location, Wanted
from hullmark.fleet.read import Resolved, WantedLayer, unresolved, wanted_layers
from hullmark.inventory import LayerObjects, engine
from hullmark.model import Image, Reason, Skipped
from hullmark.sources.ecr import Integration
from hullmark.sources.registry_client import TRIES
from tasks import hub
from tasks.discovery import discover_region
from tasks.images import resolve_image
from tasks.layers import layer_key, read_layer
from tasks.retries import FIRST_DELAY_SECONDS, NETWORK, RETRIES
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


def wanted(fleet: FlowWorld, digest: str) -> Wanted:
    place = Location(fleet.registries[FIRST].host, "team/api", FIRST, REGION, ("1",), None)
    return Wanted(digest, "", (place,))


@pytest.mark.parametrize(("status", "kind"), [(503, TransportError), (429, Throttled)])
def test_the_network_and_throttling_are_tried_again(fleet: FlowWorld, status: int, kind: type[TransportError]) -> None:
    digest = fleet.push(FIRST, "team/api", "1", image(*API))
    registry = fleet.registries[FIRST]
    with Access(hub.integrations(), fleet.settings, "run") as access:
        before = registry.requests["manifest"]
        registry.refuse(digest, status, times=TRIES, retry_after="0")
        assert in_a_flow(resolve_image, access, wanted(fleet, digest)).found[0].digest == digest
        tries = registry.requests["manifest"] - before
        registry.refuse(digest, status, times=TRIES * (RETRIES + 1), retry_after="0")
        with pytest.raises(kind):
            in_a_flow(resolve_image, access, wanted(fleet, digest))
    assert tries >= TRIES + 1
    assert registry.requests["manifest"] - before - tries >= TRIES * (RETRIES + 1)


def test_what_is_denied_is_not_tried_again(fleet: FlowWorld) -> None:
    stranger = Integration(FIRST, hub.integration(FIRST).role_arn, "another-external-id", (REGION,))
    before = fleet.aws.calls.total()
    with Access([stranger], fleet.settings, "run") as access, pytest.raises(AccessError):
        in_a_flow(discover_region, access, FIRST, REGION)
    assert fleet.aws.calls.total() - before <= 3  # who am I, the platform's role, the customer's


def test_waits_double_and_are_spread() -> None:
    delays = NETWORK["retry_delay_seconds"](RETRIES)
    assert delays == [FIRST_DELAY_SECONDS * 2**number for number in range(RETRIES)]
    for task in (discover_region, resolve_image, read_layer):
        assert (task.retries, task.retry_jitter_factor) == (RETRIES, 1.0)


def test_a_layer_is_kept_under_digest_engine_and_lake(fleet: FlowWorld) -> None:
    digest = fleet.push(FIRST, "team/api", "1", image(*API))
    with Access(hub.integrations(), fleet.settings, "run") as access:
        found: Resolved = in_a_flow(resolve_image, access, wanted(fleet, digest))
        objects = LayerObjects(fleet.lake.layer_objects_root)
        (first, second), _ = wanted_layers([found], objects)
        elsewhere = Access((), replace(fleet.settings, lake="elsewhere"), "run")
        key = _key(access, first)
        assert first.layer.digest.replace(":", "-") in key
        assert engine() in key
        assert len({key, _key(access, second), _key(elsewhere, first)}) == 3
        assert "/" not in key
        requests = fleet.registries[FIRST].requests["storage"]
        outcomes = [in_a_flow(read_layer, access, first, objects) for _ in range(2)]
        assert outcomes[0] == outcomes[1]
        assert fleet.registries[FIRST].requests["storage"] == requests + 1
        with pytest.raises(TypeError):
            layer_key(None, {"wanted": digest, "access": access})  # type: ignore[arg-type]  # on purpose


def test_a_failure_becomes_the_answer_that_says_so(fleet: FlowWorld) -> None:
    digest, other = (fleet.push(FIRST, "team/api", str(number), image(*stack)) for number, stack in enumerate((API, OTHER)))
    fleet.registries[FIRST].refuse(other, 503, times=TRIES, retry_after="0")
    told: list[tuple[str, HullmarkError]] = []

    def instead(asked: Wanted, failure: HullmarkError) -> Resolved:
        told.append((asked.digest, failure))
        return unresolved(asked, failure)

    @flow
    def several(access: Any) -> list[Resolved]:  # noqa: ANN401
        once = resolve_image.with_options(retries=0)
        return gather({once.submit(access, item): item for item in (wanted(fleet, digest), wanted(fleet, other))}, instead)

    with Access(hub.integrations(), fleet.settings, "run") as access:
        found = {item.wanted.digest: item.found[0] for item in several(access)}
    assert isinstance(found[digest], Image)
    lost = found[other]
    assert isinstance(lost, Skipped)
    assert lost.reason is Reason.TRANSPORT
    assert [(asked, type(failure)) for asked, failure in told] == [(other, TransportError)]


def _key(access: Access, layer: WantedLayer) -> str:
    return layer_key(None, {"wanted": layer, "access": access})  # type: ignore[arg-type]  # the context says nothing
