"""An image that is left alone is seen on the page Coverage with its reason, and its button has it tried again."""

from pathlib import Path

from hullmark.fleet.quarantine import held
from tests.dashboards.conftest import Open, words
from tests.fleet.test_failures import fail
from tests.fleet.test_incremental import API
from tests.fleet.world import World, image


def test_a_button_releases_what_is_left_alone(open_page: Open, tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.feeds()
        digest = world.first.push("team/api", "1", image(*API))
        fail(world, digest, 4)
        for _ in range(3):
            world.scan()
        page = open_page("coverage", world.lake.root)
        (said,) = [item.value for item in page.text if "team/api:1" in item.value]
        assert "3 runs failed: transport" in said
        (button,) = [item for item in page.button if item.label == "Release"]
        after = button.click().run()
        assert not after.exception
        assert "Nothing is in quarantine." in words(after)
        assert held(world.lake) == ()
        world.first.registry.forgive()
        world.scan()
        assert world.coverage("digest", "status") == [(digest, "scanned")]
