"""A world of two accounts for each test, with the demo's advisories loaded."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as made:
        made.feeds()
        yield made
