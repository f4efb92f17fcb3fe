"""The dashboard as a person meets it: a served process, and pages of headless Chromium that fail on any error."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from dashboards.serve import command
from hullmark.demo.processes import free_port

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
WIDE = (1440, 900)
NARROW = (420, 900)
OWN = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
PATIENCE = 240_000  # milliseconds, of a machine that does much else
expect.set_options(timeout=PATIENCE)
KEPT = ("HULLMARK_PLATFORM_ROLE_ARN",)


@contextmanager
def served(lake: str, log: Path, **said: str) -> Iterator[str]:
    """The address of a dashboard over this lake; afterwards its process is gone."""
    port = free_port()
    environ = {
        name: value for name, value in os.environ.items() if name in KEPT or not name.startswith(("HULLMARK_", "PREFECT_"))
    }
    with log.open("wb") as out:
        process = subprocess.Popen(command(port, lake, **said), env=environ, stdout=out, stderr=subprocess.STDOUT)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_up(address, process)
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def wait_until_up(address: str, process: subprocess.Popen[bytes]) -> None:
    """Return when the server says that it is well; fails when it ends."""
    while True:
        assert process.poll() is None, "the dashboard ended"
        with suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(f"{address}/_stcore/health") as answer:  # noqa: S310
            if answer.status == 200:
                return
        time.sleep(0.1)


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    """A headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS])
        yield browser
        browser.close()


@contextmanager
def page_of(browser: Browser, size: tuple[int, int] = WIDE, scheme: str = "light") -> Iterator[tuple[Page, list[str]]]:
    """A fresh page, and everything that went wrong on it so far: console errors, exceptions, addresses of strangers."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" and not known(said) else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(OWN) else wrong.append(f"asked {asked.url}"))
    yield page, wrong
    context.close()


def known(said: ConsoleMessage) -> bool:
    """Streamlit looks for its server below the page's own address first; that this is not found is no error."""
    return "404" in said.text and said.location["url"].endswith(("/_stcore/health", "/_stcore/host-config"))


def settle(page: Page) -> None:
    """Wait until the script has run and everything is drawn."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_selector("h1, [data-testid='stHeading']")
    page.wait_for_timeout(700)  # canvases are drawn after the last message
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def shoot(page: Page, path: Path) -> None:
    """A picture of the whole page, not only of what the window shows."""
    height = page.evaluate("document.querySelector('[data-testid=\"stMainBlockContainer\"]').scrollHeight")
    width = page.viewport_size["width"] if page.viewport_size else WIDE[0]
    page.set_viewport_size({"width": width, "height": max(900, int(height) + 80)})
    page.wait_for_timeout(500)
    page.screenshot(path=path)
