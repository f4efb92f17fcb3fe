"""A connected world for each test; the stand-in's modules, the feeds and Prefect's server are there once a session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hullmark.demo.aws import ACCOUNTS, DemoAws, deploy_platform
from hullmark.demo.feeds import write_feeds
from tasks import hub
from tests.flows.world import FlowWorld


@pytest.fixture(scope="session")
def demo_feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_feeds(tmp_path_factory.mktemp("feeds"))


@pytest.fixture
def fleet(prefect_api: None, demo_feeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlowWorld]:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    with DemoAws() as aws:
        world = FlowWorld(aws, deploy_platform(aws), tmp_path)
        for name, value in {**aws.environment(), **world.environment(demo_feeds)}.items():
            monkeypatch.setenv(name, value)
        for account in ACCOUNTS:
            world.open(account)
            world.connect(account)
        yield world
        for each in hub.list():
            if not each.disconnected:
                hub.disconnect(each.name, world.settings)
            hub.forget(each.name)
        for registry in world.registries.values():
            registry.stop()
