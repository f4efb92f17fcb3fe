"""The pages of bases over a family that was worked out by hand: the tree, the list, one base, and what nobody knows."""

import pytest

from dashboards.data import ask
from tests.compliance.test_fleet_bases import APPS, MIDDLE, OLD, write_family
from tests.dashboards.conftest import Open, words

NAME = f"base@{OLD.digest[:19]}"


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_family(str(tmp_path_factory.mktemp("family") / "lake")).root


@pytest.mark.parametrize(
    ("word", "limit", "expected"),
    [
        ("", 40, [(0, 0, None, NAME), (1, 1, 0, "mid:1")]),
        ("mid", 40, [(0, 0, None, NAME), (1, 1, 0, "mid:1")]),
        ("base@", 40, [(0, 0, None, NAME), (1, 1, 0, "mid:1")]),
        ("", 1, [(0, 0, None, NAME)]),
        ("nothing", 40, []),
    ],
    ids=["all", "what it stands on", "what stands on it", "those with the most images", "none"],
)
def test_the_tree(
    family: str, monkeypatch: pytest.MonkeyPatch, word: str, limit: int, expected: list[tuple[object, ...]]
) -> None:
    monkeypatch.setenv("HULLMARK_LAKE", family)
    rows = ask("bases_tree", word=word, only_outdated=False, limit=limit).to_pylist()
    assert [(row["row"], row["depth"], row["parent_row"], row["name"]) for row in rows] == expected
    assert {row["total"] for row in rows} <= {2}


def test_the_page_and_its_list(open_page: Open, family: str) -> None:
    page = open_page("bases", family, bases_as="List")
    assert not page.exception
    assert "2 bases under 4 of 7 images; 1 out of date, under 2 images. 6 findings come from bases." in words(page)
    (table,) = (element.value for element in page.dataframe)
    assert list(zip(table["name"], table["images"], table["below"], table["findings"], strict=True)) == [
        (NAME, 2, 4, 4), ("mid:1", 2, 2, 4),
    ]  # fmt: skip
    page.toggle(key="late").set_value(True).run()
    assert [list(element.value["name"]) for element in page.dataframe] == [[NAME]]
    page.text_input(key="base_has").set_value("nothing").run()
    assert "No base passes these filters" in words(page)


def test_one_base_says_why_it_is_out_of_date_and_what_takes_its_place(open_page: Open, family: str) -> None:
    page = open_page("base", family, base=OLD.digest)
    said = words(page)
    assert "base has 1.1, which follows 1.0" in said
    assert "the tag 1.0 of base points to another image" in said
    assert "For all its images that ends 2 findings, and brings 0 new." in said
    assert f"{OLD.digest} · known by chain · confidence certain" in said
    kin, images = (element.value for element in page.dataframe)
    assert list(zip(kin["kin"], kin["name"], strict=True)) == [("carries", "mid:1")]
    assert list(zip(images["name"], images["from_base"], images["own"], strict=True)) == [("mid:1", 1, 1), ("web:1", 1, 0)]


def test_one_base_names_what_it_stands_on(open_page: Open, family: str) -> None:
    page = open_page("base", family, base=MIDDLE.digest)
    assert "Not known to be out of date" in words(page)
    kin, images = (element.value for element in page.dataframe)
    assert list(zip(kin["kin"], kin["name"], strict=True)) == [("stands on", NAME)]
    assert list(images["name"]) == [image.name for image in APPS]


def test_what_nobody_knows_is_said(open_page: Open, family: str, lakes: dict[str, str]) -> None:
    assert "No image of the fleet stands on sha256:none." in words(open_page("base", family, base="sha256:none"))
    assert "hullmark bases known add" in words(open_page("bases", lakes["feedless"]))
