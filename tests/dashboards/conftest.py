"""Lakes of every state that a page may meet, and a page opened over one of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.serve import APP
from hullmark.lake.store import Lake
from tests.dashboards.fleet import NOW, feeds, run, write, write_fleet
from tests.hub.conftest import blobs, world

__all__ = ["blobs", "world"]
SECONDS = 240
Open = Callable[..., AppTest]


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A lake with the made-up fleet, which all tests of the session share: one that writes takes a lake of its own."""
    lake = write_fleet(str(tmp_path_factory.mktemp("fleet")))
    written = lake.versions()
    yield lake.root
    assert lake.versions() == written, "a test wrote to the lake that all share"


@pytest.fixture(scope="session")
def lakes(tmp_path_factory: pytest.TempPathFactory, fleet: str) -> dict[str, str]:
    """Lakes by their state."""
    folder = tmp_path_factory.mktemp("lakes")
    empty = Lake(str(folder / "empty"))
    empty.create()
    imageless = Lake(str(folder / "imageless"))
    imageless.create()
    write(imageless, "runs", [{**run(7, NOW), "findings": 0, "digests": 0}])
    write(imageless, "feed_snapshots", list(feeds(NOW)))
    feedless = Lake(str(folder / "feedless"))
    feedless.create()
    with Lake(fleet).connect() as source:
        for table in ("images", "image_layers", "packages", "coverage"):
            feedless.commit(table, source.sql(f"FROM {table}").to_arrow_table())
    return {
        "none": str(folder / "none"), "empty": empty.root, "imageless": imageless.root, "feedless": feedless.root,
        "fleet": fleet,
    }  # fmt: skip


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open a page by its name over a lake."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)

    def opened(name: str, lake: str, **address: str) -> AppTest:
        monkeypatch.setenv("HULLMARK_LAKE", lake)
        page = AppTest.from_file(str(APP), default_timeout=SECONDS)
        for key, value in address.items():
            page.query_params[key] = value
        page.run()
        return page if name == "overview" else page.switch_page(str(Path("views") / f"{name}.py")).run()

    yield opened


def words(page: AppTest) -> str:
    """All text of a page that is not in a table."""
    kinds = (
        page.title,
        page.header,
        page.text,
        page.markdown,
        page.caption,
        page.info,
        page.success,
        page.error,
        page.code,
    )
    return "\n".join(str(element.value) for kind in kinds for element in kind)
