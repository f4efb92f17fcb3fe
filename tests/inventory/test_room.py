"""Layers that are scanned together have room for so much; a setting raises it."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from hullmark.errors import LimitExceeded, UsageError
from hullmark.fleet.answer import read_inventory, stored_layers
from hullmark.inventory import LayerObjects
from hullmark.inventory.room import Room
from hullmark.model import Layer, Reason, Status
from hullmark.settings import MIB, Limits, read_settings
from tests.inventory.stacks import IMAGE, metadata, read_members

LAYER = read_members({f"a/{number}.egg-info": metadata("x", "1") for number in range(2000)})


def test_layers_take_room_until_there_is_none() -> None:
    room = Room(2 * LAYER.memory, "example/image:1")
    assert room.take(LAYER) is room.take(LAYER) is LAYER
    with pytest.raises(LimitExceeded, match=r"the layers of example/image:1 hold more .*; raise HULLMARK_LIMIT_IMAGE_BYTES"):
        room.take(LAYER)


def test_an_image_of_a_fleet_without_room_is_a_row(tmp_path: Path) -> None:
    objects = LayerObjects(str(tmp_path))
    objects.put(LAYER)
    image = replace(IMAGE, layers=(Layer(0, LAYER.digest, LAYER.diff_id, LAYER.size, ""),))
    outcome, inventory = read_inventory(image, stored_layers(objects, [], Limits(image_bytes=LAYER.memory - 1)))
    assert (outcome.status, outcome.reason, inventory) == (Status.FAILED, Reason.TOO_LARGE, None)
    outcome, inventory = read_inventory(image, stored_layers(objects, [], Limits(image_bytes=LAYER.memory)))
    assert inventory
    assert inventory.packages.num_rows == 2000


def test_every_limit_is_a_setting() -> None:
    environ = {f"HULLMARK_LIMIT_{item.name.upper()}": "7" for item in fields(Limits)}
    assert {getattr(read_settings(environ).limits, item.name) for item in fields(Limits)} == {7}
    assert read_settings({}).limits == Limits()
    assert read_settings({"HULLMARK_LIMIT_KEPT_BYTES": str(MIB)}).limits == Limits(kept_bytes=MIB)
    with pytest.raises(UsageError, match="HULLMARK_LIMIT_LAYERS is 'all', which is no whole number from 0 on"):
        read_settings({"HULLMARK_LIMIT_LAYERS": "all"})
