"""The pictures of docs/dashboard.md: `python -m tests.dashboards.screenshots LAKE [FOLDER] [light|dark] [WIDTH]`."""

import argparse
import io
import tempfile
from pathlib import Path
from urllib.parse import quote_plus

from PIL import Image
from playwright.sync_api import Page

from tests.conftest import require_program
from tests.dashboards.browser import WIDE, chromium, page_of, served, settle

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
STEPS = ("image", "vulnerability")  # what a click into the first row of Images opens, and then one of its findings
PAGES = {  # the others, by the name of the picture
    "overview": "", "accounts": f"images?by_what={quote_plus('Accounts')}", "coverage": "coverage", "fixes": "fixes",
    "compliance": "compliance", "findings": "findings", "images": "images", "bases": "bases",
    "history": f"history?view={quote_plus('From image to image')}",
    "day": f"history?view={quote_plus('Any day')}",
}  # fmt: skip


def main() -> None:
    """Write one picture a page."""
    parser = argparse.ArgumentParser("python -m tests.dashboards.screenshots")
    parser.add_argument("lake")
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("scheme", choices=("light", "dark"), nargs="?", default="light")
    parser.add_argument("width", type=int, nargs="?", default=WIDE[0])
    said = parser.parse_args()
    said.folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as place,
        served(said.lake, Path(place) / "log") as address,
        chromium(require_program("chromium")) as browser,
        page_of(browser, (said.width, WIDE[1]), said.scheme) as (page, _),
    ):
        for name, path in PAGES.items():
            page.goto(f"{address}/{path}")
            settle(page)
            save(said.folder / f"dashboard-{name}.png", page.screenshot())
        page.goto(f"{address}/images")
        settle(page)
        for opened in STEPS:
            click_first_row(page)
            page.wait_for_url(f"**/{opened}?*")
            settle(page)
            save(said.folder / f"dashboard-{opened}.png", page.screenshot())


def save(path: Path, picture: bytes) -> None:
    """Write a PNG with as many colours as a page has, which takes half of the room."""
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def click_first_row(page: Page) -> None:
    """Click into the first row of the first table."""
    box = page.locator("[data-testid=stDataFrame]").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 60, box["y"] + 52)


if __name__ == "__main__":
    main()
