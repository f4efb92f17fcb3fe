"""A world of two accounts for each test, with the demo's advisories loaded; and one that lies in a real registry."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.real_world import RealWorld
from tests.fleet.world import World
from tests.sources.programs import docker_registry


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as made:
        made.feeds()
        yield made


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with docker_registry(tmp_path_factory.mktemp("registry")) as host:
        yield host


@pytest.fixture
def real(host: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RealWorld]:
    """A repository of the module's registry for each test."""
    with RealWorld(tmp_path) as world:
        world.serve(host, request.node.name.partition("[")[0].replace("_", "-"))
        world.feeds()
        yield world
        world.http.close()
        world.registry.close()
