"""Large configurations through the real tasks, which share the room of their process."""

import pytest

from flows.scan import scan
from hullmark.progress import reporting
from tests.fleet.test_room import large
from tests.flows.world import FIRST, FlowWorld
from tests.progress import Heard


def test_large_configurations_make_small_parts(fleet: FlowWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    digests = {fleet.push(FIRST, "team/api", str(number), large(number)) for number in range(40)}
    monkeypatch.setenv("HULLMARK_PART_MB", "4")
    heard = Heard()
    with reporting(heard):
        run = scan()
    parts = [stage for stage in heard.stages if stage.startswith("Look")]
    assert len(parts) > 1  # how many depends on how the sixteen threads take turns: four images fill the room
    assert {row[0] for row in fleet.ask("SELECT digest FROM images")} == digests
    assert fleet.ask("SELECT state, images_scanned, layers_read FROM runs WHERE run = $run", run=run) == [
        ("completed", 40, 2)
    ]
    assert max(fleet.sent().values()) == 1
