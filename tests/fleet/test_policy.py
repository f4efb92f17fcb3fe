"""What a policy leaves out has its row and its reason, closes its findings with that cause, and is never called deleted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hullmark.sources.ecr import Filters
from tests.fleet.test_changes import states
from tests.fleet.test_incremental import API, OTHER, multi, totals_add_up
from tests.fleet.world import PUSHED, World, image


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        (Filters(exclude=("b",)), "excluded-repository"),
        (Filters(include=("a",)), "excluded-repository"),
        (Filters(tags=("v*",)), "excluded-tag"),
        (Filters(latest=1, include=("b",)), "superseded"),
        (Filters(days=3), "too-old"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_new_policy_leaves_out_is_excluded_and_comes_back(world: World, filters: Filters, reason: str) -> None:
    kept, out = image(*OTHER), multi(*API)
    world.first.push("a", "v1", kept)
    world.first.push("b", "1", out)
    world.first.push("b", "dev", kept)
    if reason == "too-old":
        world.first.listed = {
            key: replace(item, pulled_at=PUSHED if item.digest == kept.manifest.digest else None)
            for key, item in world.first.listed.items()
        }
        world.first.now = PUSHED + timedelta(days=2)
    if reason == "superseded":
        key = ("b", kept.manifest.digest)
        world.first.listed[key] = replace(world.first.listed[key], pushed_at=PUSHED + timedelta(days=1))
    before = world.scan().counts.findings
    if reason == "too-old":
        world.first.now = PUSHED + timedelta(days=3)
        world.first.listed = {
            key: replace(item, pushed_at=PUSHED - timedelta(days=9) if item.digest != kept.manifest.digest else PUSHED)
            for key, item in world.first.listed.items()
        }
    world.first.filters = filters
    totals_add_up(world, world.scan())
    gone = {f"b@{item.manifest.digest}" for item in out.children}
    assert {name for name, state in states(world).items() if state == "excluded"} >= gone
    assert "deleted" not in states(world).values()
    assert "untagged" not in states(world).values()
    rows = world.coverage("digest", "status", "reason")
    for item in (out, *out.children):  # the children share the fate of their index
        assert (item.manifest.digest, "skipped", reason) in rows
    assert ("closed", "image-excluded") in world.events()
    world.scan()  # nothing new to tell
    assert world.events() == set()
    world.first.filters = Filters()
    record = world.scan()
    assert set(states(world).values()) == {"present"}
    assert record.counts.findings == before
    assert record.counts.layers_read == 0
    assert ("opened", "image") in world.events()
    totals_add_up(world, record)


def test_a_tag_that_is_left_out_does_not_hide_a_child_of_an_index(world: World) -> None:
    both = multi(*API)
    world.first.push("a", "v1", both)
    world.first.push("a", "arm64-only", both.children[1])
    world.first.filters = Filters(tags=("v*",))
    for status in ("scanned", "unchanged"):
        totals_add_up(world, world.scan())
        assert world.coverage("status") == [(status,)] * 3
    assert set(states(world).values()) == {"present"}


def test_named_repositories_say_nothing_of_others(world: World) -> None:
    """Where neither the API nor the catalog tells which repositories there are, one that is not named is not gone."""
    first, other = world.first.push("a", "1", image(*API)), world.first.push("b", "1", image(*OTHER))
    world.scan()
    world.first.named = ("a",)
    world.scan()
    assert states(world) == {f"a@{first}": "present", f"b@{other}": "present"}
    world.first.delete("a", first)
    world.scan()
    assert states(world) == {f"a@{first}": "deleted", f"b@{other}": "present"}
