"""The pictures of docs/dashboard.md, taken of a lake: `python -m tests.dashboards.screenshots LAKE [FOLDER]`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.conftest import require_program
from tests.dashboards.browser import chromium, page_of, served, settle

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
LISTS = {"images": "image", "findings": "vulnerability"}  # a list, and what a click into its first row opens


def main(lake: str, folder: Path) -> None:
    """Write one picture a page."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as place,
        served(lake, Path(place) / "log") as address,
        chromium(require_program("chromium")) as browser,
        page_of(browser) as (page, _),
    ):
        page.goto(address)
        settle(page)
        page.screenshot(path=folder / "dashboard-overview.png")
        for listed, opened in LISTS.items():
            page.goto(f"{address}/{listed}")
            settle(page)
            page.screenshot(path=folder / f"dashboard-{listed}.png")
            click_first_row(page)
            page.wait_for_url(f"**/{opened}?*")
            settle(page)
            page.screenshot(path=folder / f"dashboard-{opened}.png")


def click_first_row(page: Page) -> None:
    """Click into the first row of the first table."""
    box = page.locator("[data-testid=stDataFrame]").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 60, box["y"] + 52)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER)
