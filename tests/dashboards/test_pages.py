"""Every page over every state of the lake: what it says, and that it never falls over."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st

from dashboards.hub import hub
from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.errors import TransportError
from hullmark.fleet.standing import Standing, mark_account
from hullmark.lake.query import query
from hullmark.lake.store import Lake
from hullmark.reports.told import SHOWN
from hullmark.settings import Settings
from tests.advisories.feeds import read, record, write_osv
from tests.analysis.fleets import Image
from tests.analysis.test_remedies import lake_of
from tests.dashboards.conftest import Open, words
from tests.dashboards.fleet import HOSTILE, NOW, digest, write_fleet
from tests.lake.damage import damage
from tests.matching.findings import package

PAGES = (
    "overview", "images", "findings", "coverage", "history", "fixes", "compliance", "integrations", "image", "vulnerability",
    "bases", "base",
)  # fmt: skip
STATES = ("none", "empty", "imageless", "feedless", "fleet")
DASHBOARDS = Path(__file__).resolve().parents[2] / "dashboards"
CVE = "CVE-2022-10259"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_in_every_state(open_page: Open, lakes: dict[str, str], name: str, state: str) -> None:
    page = open_page(name, lakes[state])
    assert not page.exception
    assert page.title or page.header
    assert "cannot show this page" not in words(page)


@pytest.mark.parametrize("name", ["overview", "images", "findings", "coverage"])
@pytest.mark.parametrize(("state", "said"), [("none", "There is no lake at"), ("empty", "holds no images yet")])
def test_without_images_a_page_says_what_to_do_next(
    open_page: Open, lakes: dict[str, str], name: str, state: str, said: str
) -> None:
    page = open_page(name, lakes[state])
    assert said in words(page)
    assert [element.value for element in page.code] == [
        "hullmark integrations add", "hullmark run", "hullmark demo",
    ]  # fmt: skip


@pytest.mark.parametrize("name", sorted({*PAGES} - {"integrations", "vulnerability", "base"}))
def test_a_damaged_file_of_the_lake_is_named(open_page: Open, tmp_path: Path, name: str) -> None:
    lake = Path(write_fleet(str(tmp_path / "lake"), 8).root)
    for file in lake.glob("tables/images/*.parquet"):
        damage(file)
    page = open_page(name, str(lake), **({"digest": digest(0)} if name == "image" else {}))
    assert not page.exception
    assert re.search(rf"{lake}/tables/images/\S+ cannot be read", words(page).replace("\\", ""))


@pytest.mark.parametrize("name", ["overview", "findings"])
def test_without_feeds_a_page_says_so(open_page: Open, lakes: dict[str, str], name: str) -> None:
    assert "Run `hullmark feeds sync`" in words(open_page(name, lakes["feedless"]))


def test_a_run_that_found_no_images_is_seen(open_page: Open, lakes: dict[str, str]) -> None:
    said = words(open_page("overview", lakes["imageless"]))
    assert "The last run completed" in said
    assert "found no image" in said


def test_the_overview_tells_which_accounts_are_no_longer_updated(open_page: Open, tmp_path: Path) -> None:
    lake = write_fleet(str(tmp_path / "lake"), 8)
    assert not open_page("overview", lake.root).warning
    account = query(lake, "SELECT min(account) AS account FROM images").to_pylist()[0]["account"]
    mark_account(lake.root, account, Standing.PAUSED, datetime(2026, 11, 24, 8, 30, tzinfo=UTC))
    st.cache_data.clear()
    (warning,) = open_page("overview", lake.root).warning
    assert re.search(rf"^No longer updated: {account} paused since 24 Nov 2026, 08:30 UTC \(\d+ images\)\.$", warning.value)


def test_a_lake_that_cannot_be_read_is_one_sentence(open_page: Open, tmp_path: Path) -> None:
    (tmp_path / "lake.json").write_text('{"format": 999}', encoding="utf-8")
    page = open_page("overview", str(tmp_path))
    assert not page.exception
    assert "Hullmark cannot show this page." in words(page)
    assert any(str(tmp_path) in element.value for element in page.text)


def test_overview_counts_the_fleet(open_page: Open, fleet: str) -> None:
    page = open_page("overview", fleet)
    numbers = {metric.label: metric.value for metric in page.metric}
    assert numbers["Images at high risk"] == "31"
    assert numbers["Exploited in the wild"] == "3"
    assert numbers["Digests read"] == "39 of 42"
    assert numbers["Fresh advisories"] == "1 of 4"
    links = [link.proto.label for link in page.get("page_link")]
    assert any(label.startswith("12 repositories in 2 accounts and 2 Regions") for label in links)
    assert any("images have critical or high findings" in label for label in links)


def test_images_are_filtered(open_page: Open, fleet: str) -> None:
    page = open_page("images", fleet)
    page.text_input(key="q").set_value("payments/").run()
    page.multiselect(key="worst").set_value(["critical"]).run()
    (table,) = page.dataframe
    assert len(table.value) > 0
    assert set(table.value["name"].str.split("/").str[0]) == {"payments"}
    assert {tuple(worst) for worst in table.value["worst"]} == {("critical",)}
    page.multiselect(key="account").set_value(["444455556666"]).run()
    assert "No image passes these filters" in words(page)


def test_findings_are_filtered(open_page: Open, fleet: str) -> None:
    page = open_page("findings", fleet)
    page.toggle(key="kev").set_value(True).run()
    (table,) = page.dataframe
    assert {tuple(value) for value in table.value["exploited"]} == {("KEV",)}
    page.text_input(key="package").set_value("no such package").run()
    assert "Nothing passes these filters" in words(page)


def test_every_finding_can_be_listed(open_page: Open, fleet: str) -> None:
    page = open_page("findings", fleet)
    page.button_group(key="show").set_value("findings").run()
    (table,) = page.dataframe
    assert {"version", "layer_index", "name"} <= set(table.value.columns)


def test_fixes_are_the_fewest_changes_that_end_what_can_be_ended(open_page: Open, fleet: str) -> None:
    page = open_page("fixes", fleet)
    (changes,) = (table.value for table in page.dataframe)
    page.session_state["fixes_tab"] = "By package"
    (packages,) = (table.value for table in page.run().dataframe)
    assert list(changes["rank"]) == list(range(1, len(changes) + 1))
    assert changes["closes"].sum() >= packages["findings"].sum()
    assert len(changes) < len(packages)
    assert set(changes["source"]) == {"https://git.example/acme"}


def test_two_images_are_compared(open_page: Open, fleet: str) -> None:
    page = open_page("history", fleet, view="Two images")
    assert "Name two images" in words(page)
    page.text_input(key="from").set_value(digest(3)).run()
    page.text_input(key="to").set_value(digest(15)).run()
    assert re.search(r"\d+ packages differ, \d+ findings? opened, \d+ closed, \d+ kept\.", words(page))
    assert "change" in page.dataframe[0].value.columns
    page.text_input(key="to").set_value("payments/api:none").run()
    assert "The lake knows no image payments/api:none" in words(page)


def test_the_newest_two_of_a_line_are_compared(open_page: Open, fleet: str) -> None:
    page = open_page("history", fleet, view="From image to image")
    page.button[0].click().run()
    assert str(page.text_input(key="from").value).startswith("sha256:")
    assert "packages differ" in words(page)


def test_one_repository_leads_to_its_history(open_page: Open, fleet: str) -> None:
    page = open_page("images", fleet)
    page.multiselect(key="repository").set_value(["payments/api"]).run()
    (link,) = page.get("page_link")
    assert "History of" in link.proto.label
    assert "place=payments%2Fapi" in link.proto.query_string


def test_what_is_due_is_listed_by_its_date(open_page: Open, fleet: str) -> None:
    page = open_page("compliance", fleet, compliance_as="Due dates", due_within="Ever")
    owners, rows = (table.value for table in page.dataframe)
    assert list(owners["owner"]) == ["nobody is named"]
    assert int(owners["open"][0]) > len(rows) == 100
    assert list(rows["due"]) == sorted(rows["due"])
    assert "`owners.toml` in the folder of HULLMARK_POLICY says who answers for what" in words(page)
    page.button_group(key="due_within").set_value(0).run()
    assert all(days < 0 for table in page.dataframe[1:] for days in table.value["days_left"])


def test_an_image_has_a_plan(open_page: Open, fleet: str) -> None:
    page = open_page("image", fleet, digest=digest(3))
    page.session_state["image_tab"] = "Plan"
    page.run()
    assert any(element.value.startswith("RUN apt-get update") or ">=" in element.value for element in page.code)
    assert "Ends " in words(page)
    assert any(element.value == "It is built from https://git.example/acme." for element in page.text)


def test_a_plan_says_which_of_two_versions_goes_where(open_page: Open, tmp_path: Path) -> None:
    events = [{"introduced": "0"}, {"fixed": "3.9"}, {"introduced": "4"}, {"fixed": "4.2"}]
    store, app = read(write_osv(tmp_path / "feeds", record("CVE-2024-1", events=events)), "PyPI"), Image("app:1", "a")
    places = (("3.0", "a/p/METADATA"), ("4.0", "c/p/METADATA"))
    rows = [package("PyPI", "p", version, path=path, image_digest=app.digest) for version, path in places]
    page = open_page("image", lake_of(tmp_path, rows, store, app).root, digest=app.digest)
    page.session_state["image_tab"] = "Plan"
    page.run()
    assert "p 3.0 in a/p/METADATA: to 3.9\np 4.0 in c/p/METADATA: to 4.2" in [element.value for element in page.text]


def test_an_image_shows_its_layers_packages_and_problems(open_page: Open, fleet: str) -> None:
    page = open_page("image", fleet, digest=digest(3))
    assert not page.exception
    found, layers, packages, problems, places = (
        next(table.value for table in page.dataframe if column in table.value.columns)
        for column in ("summary", "created_by", "ecosystem", "cataloger", "repository")
    )
    assert [tab.label for tab in page.tabs] == [
        f"Findings · {len(found)}", "Plan", "Checks · 1", f"Layers · {len(layers)}", f"Packages · {len(packages)}",
        "Problems · 1", "About",
    ]  # fmt: skip
    assert layers["findings"].sum() == packages["findings"].sum() == len(found)
    assert list(problems["reason"]) == ["no Version"]
    assert list(places["repository"]) == ["payments/api"]


def test_a_vulnerability_shows_its_carriers(open_page: Open, fleet: str) -> None:
    page = open_page("vulnerability", fleet, id=CVE)
    (carriers,) = page.dataframe
    assert len(carriers.value) == 13
    assert "DSA-5007-1" in words(page)
    why = page.selectbox(key="why")
    why.select(why.options[0]).run(timeout=60)
    assert not page.exception
    assert "ffected: " in words(page)


def test_a_vulnerability_shows_what_its_sources_say(open_page: Open, tmp_path: Path) -> None:
    """Severities, weaknesses and references; of references, only https ones are links, and the rest is counted."""
    lake = write_fleet(str(tmp_path / "lake"), images=4)
    addresses = ["javascript:alert(1)", f"https://x.example/{HOSTILE}", *(f"https://x.example/{n}" for n in range(20))]
    said = record(
        "GHSA-aaaa-aaaa-aaaa", "PyPI", "x", [{"introduced": "0"}], aliases=[CVE],
        references=[{"type": "WEB", "url": url} for url in addresses],
        database_specific={"severity": "HIGH", "cwe_ids": ["CWE-79", HOSTILE]},
    )  # fmt: skip
    sync(FeedStore(lake.feeds_root), Settings(feeds=str(write_osv(tmp_path / "feeds", said))), ["PyPI"])
    page = open_page("vulnerability", lake.root, id=CVE)
    assert not page.exception
    _, judged, references = (table.value for table in page.dataframe)
    assert list(judged["advisory"]) == ["GHSA-aaaa-aaaa-aaaa"]
    assert {link for link in references["link"] if link} <= {
        url for url in addresses if "<" not in url and url[:5] == "https"
    }
    assert len(references) == SHOWN
    assert f"and {len(addresses) - SHOWN} more" in words(page)
    assert "Weaknesses: [CWE-79](https://cwe.mitre.org/data/definitions/79.html)" in [one.value for one in page.markdown]


def test_an_image_that_no_rule_was_asked_of_passes_none(open_page: Open, lakes: dict[str, str]) -> None:
    page = open_page("image", lakes["feedless"], digest=digest(3))
    assert "No rule was asked of it yet" in words(page)
    assert [said.value for said in page.success if "rule" in said.value] == []


def test_a_finding_is_explained_where_it_was_clicked(open_page: Open, fleet: str) -> None:
    with Lake(fleet).connect() as lake:
        sql = "SELECT max(image_digest) FROM findings WHERE vulnerability = $id"
        ((carrier,),) = lake.sql(sql, params={"id": CVE}).fetchall()
    page = open_page("vulnerability", fleet, id=CVE, image=carrier)
    assert page.selectbox(key="why").value == carrier
    assert "Highest risk " in words(page)


def test_an_image_says_why_it_is_not_affected(open_page: Open, fleet: str) -> None:
    page = open_page("image", fleet, digest=digest(3))
    page.text_input(key="ask_why").set_value("CVE-1999-0001").run()
    assert not page.exception
    assert "Not affected: no advisory of the feeds names CVE-1999-0001" in words(page)


@pytest.mark.parametrize("grain", ["accounts", "repositories"])
def test_the_fleet_by_account_and_repository(open_page: Open, fleet: str, grain: str) -> None:
    page = open_page("images", fleet)
    page.button_group(key="by_what").set_value(grain).run()
    (table,) = page.dataframe
    assert {"accounts": "account", "repositories": "repository"}[grain] in table.value.columns
    assert f" {grain}, by risk. Click one" in words(page)


@pytest.mark.parametrize("question", ["known", "feeds", "images"])
def test_any_day_can_be_asked_about(open_page: Open, fleet: str, question: str) -> None:
    page = open_page("history", fleet)
    page.button_group(key="view").set_value("day").run()
    page.button_group(key="question").set_value(question).run()
    assert not page.exception
    if question == "images":
        assert "Nothing was matched with advisories by" in words(page)
        return
    numbers = {metric.label: metric.value for metric in page.metric}
    with Lake(fleet).connect() as lake:
        ((known,),) = lake.sql("SELECT count(*) FROM findings_at(now())").fetchall()
    assert numbers["Findings"] == (f"{known:,}" if question == "known" else "0")
    page.date_input(key="day").set_value((NOW - timedelta(days=7)).date()).run()
    before = {metric.label: metric.value for metric in page.metric}
    assert int(before["Findings"]) < known or question == "feeds"


def test_without_events_there_is_no_day_to_ask_about(open_page: Open, lakes: dict[str, str]) -> None:
    page = open_page("history", lakes["feedless"])
    page.button_group(key="view").set_value("day").run()
    assert "there is no past to ask about" in words(page)


@pytest.mark.parametrize(("name", "key"), [("image", "digest"), ("vulnerability", "id")])
def test_what_the_fleet_lacks_is_not_found(open_page: Open, fleet: str, name: str, key: str) -> None:
    for value in ("", HOSTILE):
        page = open_page(name, fleet, **({key: value} if value else {}))
        assert [title.value for title in page.title] == ["Not found"]


def test_without_a_prefect_api_the_hub_says_what_to_do() -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: PLC0415  Prefect costs a second

    unset = temporary_settings(updates={PREFECT_API_URL: None})
    with unset, pytest.raises(TransportError, match=r"No Prefect API is set.*prefect server start"):
        hub()


def test_words_of_images_never_reach_markdown(open_page: Open, fleet: str) -> None:
    for name, address in (("overview", {}), ("image", {"digest": digest(3)}), ("vulnerability", {"id": CVE})):
        page = open_page(name, fleet, **address)
        shown = [element.value for kind in (page.markdown, page.title, page.caption, page.header) for element in kind]
        assert not any("onerror" in value and "\\<img" not in value for value in shown)


def test_only_the_app_writes_html() -> None:
    for path in DASHBOARDS.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "unsafe_allow" not in text
        assert len(re.findall(r"\bst\.html\(\"\"\"<style>", text)) == text.count("st.html(") == int(path.name == "app.py")
