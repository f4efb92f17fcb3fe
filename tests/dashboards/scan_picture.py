"""The picture of a scan in README.md: `python -m tests.dashboards.scan_picture [FOLDER]`, of an image of the demo."""

import argparse
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from hullmark.demo.feeds import write_feeds
from hullmark.demo.fleet import Fleet
from hullmark.demo.images import build_image
from tests.cli.images import write_layout_tar
from tests.conftest import require_program
from tests.dashboards.browser import chromium
from tests.dashboards.screenshots import FOLDER, save

NAME = "payments-api.tar"
STACK = ("debian-12-1", "curl", "python", "api-1", "app")
COLUMNS = 92


def main() -> None:
    """Write `scan.png`."""
    parser = argparse.ArgumentParser("python -m tests.dashboards.scan_picture")
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as place:
        said = scanned(Path(place))
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(said))
    picture = console.export_svg(title=f"hullmark scan {NAME}")
    with chromium(require_program("chromium")) as browser:
        page = browser.new_page(viewport={"width": 1150, "height": 900})
        page.set_content(f"<body style='margin:0'>{picture}</body>")
        save(folder / "scan.png", page.locator("svg").first.screenshot())


def scanned(place: Path) -> str:
    """What `hullmark scan` prints of the image on a terminal."""
    write_layout_tar(place / NAME, build_image(STACK, Fleet().facts["layer"], "amd64"))
    feeds = write_feeds(place / "feeds")
    command = [
        sys.executable,
        "-m",
        "hullmark",
        "scan",
        NAME,
        "--feeds",
        str(feeds),
        "--platform",
        "linux/amd64",
        "--no-cache",
    ]
    seen = {"FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "TERM": "xterm-256color", "HULLMARK_LAKE": str(place / "lake")}
    done = subprocess.run(command, cwd=place, env=os.environ | seen, stdout=subprocess.PIPE, check=True, encoding="utf-8")
    return done.stdout


if __name__ == "__main__":
    main()
