"""The dashboard in Chromium: each page, wide and narrow, light and dark, without an error; the life of an integration."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import require_program
from tests.dashboards.browser import NARROW, WIDE, chromium, page_of, served, settle, shoot
from tests.dashboards.fleet import digest, write_fleet
from tests.dashboards.screenshots import click_first_row
from tests.hub.world import FIRST, REGIONS, World

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PAGES = {
    "overview": ("/", "Images at high risk"),
    "images": ("/images", "40 of 40 images"),
    "image": (f"/image?digest={digest(3)}", "payments/api:0.3.0"),
    "findings": ("/findings", "110 of 110 vulnerabilities"),
    "vulnerability": ("/vulnerability?id=CVE-2022-10259", "In 13 images"),
    "bases": ("/bases", "What stands on what"),
    "base": ("/base?base=Alpine+Linux+v3.18", "Images on it"),
    "integrations": ("/integrations", "No Prefect API is set"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(require_program("chromium")) as found:
        yield found


@pytest.fixture(scope="module")
def address(fleet: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("served") / "log"
    with served(fleet, log) as found:
        yield found
    assert "Traceback" not in log.read_text(encoding="utf-8")


@pytest.mark.parametrize("look", [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light")])
@pytest.mark.parametrize("name", PAGES)
def test_page(browser: Browser, address: str, tmp_path: Path, name: str, look: tuple[tuple[int, int], str]) -> None:
    (path, said), (size, scheme) = PAGES[name], look
    with page_of(browser, size, scheme) as (page, wrong):
        page.goto(address + path)
        settle(page)
        expect(page.get_by_text(said).first).to_be_visible()
        shoot(page, tmp_path / f"{name}-{scheme}-{size[0]}.png")
        assert page.locator("[data-testid=stException]").count() == 0
        assert page.locator("img[src='x']").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert wrong == []


def test_a_click_opens_an_image_and_then_a_vulnerability(browser: Browser, address: str) -> None:
    with page_of(browser) as (page, wrong):
        page.goto(f"{address}/images")
        settle(page)
        click_first_row(page)
        page.wait_for_url("**/image?digest=*")
        settle(page)
        click_first_row(page)
        page.wait_for_url("**/vulnerability?id=*")
        settle(page)
        expect(page.get_by_text("Click a row to open the image")).to_be_visible()
        page.go_back()
        page.wait_for_url("**/image?digest=*")
        assert wrong == []


def test_a_click_into_the_family_tree_opens_a_base_and_then_an_image(browser: Browser, address: str) -> None:
    with page_of(browser) as (page, wrong):
        page.goto(f"{address}/bases")
        settle(page)
        box = page.locator("[data-testid=stVegaLiteChart]").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 80, box["y"] + box["height"] / 6)  # the name of the first of three
        page.wait_for_url("**/base?base=Debian*")
        settle(page)
        expect(page.get_by_text("Click a row to open it")).to_be_visible()
        click_first_row(page)
        page.wait_for_url("**/image?digest=*")
        assert wrong == []


def test_from_an_account_to_the_reasons_of_a_finding(browser: Browser, address: str) -> None:
    with page_of(browser) as (page, wrong):
        page.goto(f"{address}/images?by_what=Accounts")
        settle(page)
        click_first_row(page)
        expect(page.get_by_text("repositories, by risk")).to_be_visible()
        settle(page)
        click_first_row(page)
        expect(page.get_by_text(re.compile(r"^[1-9] of 40 images"))).to_be_visible()
        settle(page)
        click_first_row(page)
        page.wait_for_url("**/image?digest=*")
        settle(page)
        click_first_row(page)
        page.wait_for_url("**/vulnerability?id=*&image=*")
        settle(page)
        expect(page.get_by_text("ffected: ").first).to_be_visible()
        assert wrong == []


def test_from_a_repository_to_the_history_of_its_images(browser: Browser, address: str) -> None:
    with page_of(browser) as (page, wrong):
        page.goto(f"{address}/images?repository=payments%2Fapi")
        settle(page)
        page.get_by_text("History of payments/api").click()
        page.wait_for_url("**/history?*")
        settle(page)
        expect(page.get_by_text("the newest first. Click one to open it")).to_be_visible()
        expect(page.get_by_role("combobox").first).to_have_value("payments/api")
        press(page, "Compare the newest two")
        expect(page.get_by_text("packages differ")).to_be_visible()
        assert wrong == []


def test_numbers_and_filters_stand_two_in_a_row_on_a_telephone(browser: Browser, address: str) -> None:
    with page_of(browser, (390, 900)) as (page, _):
        for path, what in (("", "stMetric"), ("images", "stMultiSelect")):
            page.goto(f"{address}/{path}")
            settle(page)
            boxes = [item.bounding_box() for item in page.get_by_test_id(what).all()]
            tops = [round(box["y"]) for box in boxes if box]
            assert len(tops) >= 4
            assert max(tops.count(top) for top in tops) == 2
            assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
        page.goto(f"{address}/compliance?compliance_as=Due+dates")
        settle(page)
        due = page.get_by_test_id("stColumn").filter(has=page.get_by_text("Within 7 days")).bounding_box()
        assert due is not None
        assert due["width"] > 340


def test_the_address_overview_leads_to_it(browser: Browser, address: str) -> None:
    with page_of(browser) as (page, wrong):
        page.goto(f"{address}/overview")
        settle(page)
        expect(page.get_by_text("Images at high risk")).to_be_visible()
        assert wrong == []


def test_what_screen_readers_and_keyboards_need(browser: Browser, address: str) -> None:
    with page_of(browser) as (page, _):
        page.goto(address)
        settle(page)
        expect(page).to_have_title("Overview · Hullmark")
        assert page.locator("h1").count() == 1
        assert page.locator("h2").count() == 6
        assert page.locator("h3, h4").count() == 0
        charts = page.locator("[role=graphics-document]")
        expect(charts.first).to_have_attribute("aria-label", re.compile("^Images by severity: critical [0-9]"))
        page.keyboard.press("Tab")
        for _ in range(14):  # the links at the top, the menu, the page, and the first link on it
            page.keyboard.press("Tab")
            style = "getComputedStyle(document.activeElement)"
            if page.evaluate("document.activeElement.tagName") == "A":
                assert page.evaluate(f"{style}.outlineStyle + {style}.outlineWidth") == "solid2px"
        assert page.evaluate("document.activeElement.closest('.stPageLink') !== null")


def test_filters_stand_in_the_address(browser: Browser, address: str) -> None:
    with page_of(browser) as (page, wrong):
        page.goto(f"{address}/findings?severity=critical&kev=true")
        settle(page)
        expect(page.get_by_text("3 of 110 vulnerabilities")).to_be_visible()
        assert wrong == []


@pytest.fixture
def hub_address(world: World, prefect_api: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A dashboard with a Prefect API and an AWS stand-in behind it, and a lake to write in."""
    from prefect.settings import PREFECT_API_URL  # noqa: PLC0415  Prefect costs a second

    monkeypatch.setenv("HULLMARK_PLATFORM_ROLE_ARN", world.settings.platform_role_arn)
    said = {"prefect_api_url": str(PREFECT_API_URL.value()), "aws_endpoint_url": world.aws.url}
    with served(write_fleet(str(tmp_path / "lake")).root, tmp_path / "log", **said) as found:
        yield found


def link_to_the_console(page: Page) -> str:
    """The quick-create link, once the address of the template was typed."""
    page.get_by_label("Address of the template in S3").fill("https://bucket.example/customer-role.yaml")
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Open in the AWS console").get_attribute("href") or ""
    assert "region=us-east-1#/stacks/create/review?templateURL=https%3A%2F%2Fbucket" in link
    return link


def test_an_integration_from_its_first_test_to_its_end(
    browser: Browser, hub_address: str, world: World, tmp_path: Path
) -> None:
    values = world.connect(FIRST)
    with page_of(browser) as (page, wrong):
        page.goto(f"{hub_address}/integrations")
        settle(page)
        expect(page.get_by_text("No account is connected yet")).to_be_visible()
        press(page, "Connect an account")
        made = page.locator("[data-testid=stCode]").filter(has_text=re.compile(r"^\s*hullmark-\S+\s*$")).inner_text().strip()
        assert f"param_ExternalId={made}&param_PlatformRoleArn=arn" in link_to_the_console(page)
        page.get_by_label("Account ID").fill(values.account_id)
        page.get_by_label("Role ARN").fill(values.role_arn)
        for region in values.regions:
            page.get_by_label("Regions").fill(region)
            page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        press(page, "Only test")  # with the External ID just made, which the stack does not have
        expect(page.get_by_text("role with the External ID")).to_be_visible()
        press(page, "Test and save")
        expect(page.get_by_text("Nothing was saved")).to_be_visible()
        page.get_by_label("External ID", exact=True).fill(values.external_id)
        press(page, "Test and save")
        expect(page.get_by_text(f"Account {FIRST} is connected")).to_be_visible()
        shoot(page, tmp_path / "connected.png")
        assert values.external_id not in page.content()
        assert made not in page.content()
        press(page, "Change")
        page.get_by_text("What is scanned, and push events").click()
        page.get_by_label("Not these").fill("team/old\nteam/older")
        press(page, "Test and save")
        expect(page.get_by_text("Not team/old, team/older")).to_be_visible()
        press(page, "Test")
        expect(page.get_by_text(f"Account {FIRST} is tested")).to_be_visible()
        press(page, "Pause")
        expect(page.get_by_text("paused", exact=True)).to_be_visible()
        press(page, "Resume")
        expect(page.get_by_text("working", exact=True)).to_be_visible()
        press(page, "Disconnect")
        press(page.get_by_role("dialog"), "Keep it")
        press(page, "Disconnect")
        press(page.get_by_role("dialog"), "Disconnect")
        expect(page.get_by_text("access not verified gone")).to_be_visible()
        press(page, "Verify access is gone")
        expect(page.get_by_text("Hullmark can still assume")).to_be_visible()
        world.aws.client("cloudformation", FIRST, REGIONS[0]).delete_stack(StackName="hullmark-ecr-integration")
        press(page, "Verify access is gone")
        expect(page.get_by_text("access gone", exact=True)).to_be_visible()
        shoot(page, tmp_path / "gone.png")
        press(page, "Forget")
        expect(page.get_by_text("No account is connected yet")).to_be_visible()
        assert wrong == []
    assert values.external_id not in (tmp_path / "log").read_text(encoding="utf-8")


def test_the_server_ends_with_its_process(fleet: str, tmp_path: Path) -> None:
    with served(fleet, tmp_path / "log") as address:
        port = int(address.rpartition(":")[2])
    with socket.socket() as one:
        assert one.connect_ex(("127.0.0.1", port)) != 0


def press(place: Page | Locator, name: str) -> None:
    """Press a button, and wait until the page has answered."""
    place.get_by_role("button", name=name, exact=True).first.click()
    page = place if isinstance(place, Page) else place.page
    page.wait_for_timeout(300)
    settle(page)


def test_an_image_has_documents_to_download(browser: Browser, address: str) -> None:
    with page_of(browser) as (page, wrong):
        page.goto(f"{address}/image?digest={digest(3)}")
        settle(page)
        page.get_by_role("button", name="Download").first.click()
        for label, ending, says in (
            ("SBOM, SPDX", ".spdx.json", '"SPDX-2.3"'),
            ("Security Hub", ".asff.json", '"2018-10-08"'),
        ):
            with page.expect_download() as asked:
                page.get_by_role("button", name=label).click()
            assert asked.value.suggested_filename == f"{digest(3).removeprefix('sha256:')[:12]}{ending}"
            assert says in Path(asked.value.path()).read_text(encoding="utf-8")
        assert wrong == []
