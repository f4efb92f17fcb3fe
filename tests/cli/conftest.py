"""What the tests of the command line share: the demo's advisories, and a run in a home of the test's own."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hullmark.demo.feeds import write_feeds
from tests.cli.command import Ran, run

Hullmark = Callable[..., Ran]


@pytest.fixture(scope="session")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's advisories as their publishers serve them."""
    return write_feeds(tmp_path_factory.mktemp("feeds"))


@pytest.fixture
def hullmark(tmp_path: Path) -> Hullmark:
    """`hullmark(*arguments, environ=..., seconds=...)` in the test's folder."""

    def call(*arguments: str, environ: Mapping[str, str] | None = None, seconds: float = 120) -> Ran:
        return run(tmp_path, arguments, environ, seconds)

    return call
