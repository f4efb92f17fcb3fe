"""The peers' package fixtures in ../shared: every row holds, or stands with its reason in tests/fixtures_declined.tsv."""

from pathlib import Path

import pytest

from hullmark.catalogers import catalogers
from hullmark.catalogers.base import Cataloger, Find
from hullmark.model import Origin, Package
from tests.catalogers.cases import DECLINED, declined, differences, packages, problems, read_rows, run
from tests.conftest import SHARED, shared_folder

HERE = Path(__file__).parent
NAMED: dict[str, Cataloger] = {cataloger.name: cataloger for cataloger in catalogers()}
# The families of ../shared/fixtures/packages, each with the catalogers that read it, `*` for all of them.
READERS = {row["family"]: row["cataloger"].split() for row in read_rows(HERE / "families.tsv")}
FAMILIES = {
    family: list(catalogers()) if names == ["*"] else [NAMED[name] for name in names] for family, names in READERS.items()
}
REFUSED = ("the peer reports an error", "the peer refuses it")


def _cases() -> list[tuple[str, str]]:
    root = SHARED / "fixtures" / "packages"
    return [(family, folder.name) for family in FAMILIES for folder in sorted(root.glob(f"{family}/*"))]


def _run(family: str, root: Path) -> list[Find]:
    """What is installed, by all catalogers of the family; lock files are no part of what the peers state of an image."""
    found = [item for cataloger in FAMILIES[family] for item in run(cataloger, root)]
    return [item for item in found if not isinstance(item, Package) or item.origin != Origin.LOCK]


def _is_refused(family: str, case: str) -> bool:
    origin = SHARED / "fixtures" / "packages" / family / case / "ORIGIN"
    return any(words in origin.read_text(encoding="utf-8") for words in REFUSED)


@pytest.mark.parametrize(("family", "case"), _cases() or [("apk", "")])
def test_case(family: str, case: str) -> None:
    folder = shared_folder("fixtures", "packages", family, case)
    found = _run(family, folder / "input")
    tables = [folder / name for name in ("expected.tsv", "reference.tsv") if (folder / name).exists()]
    seen = {difference for table in tables for difference in differences(read_rows(table), packages(found))}
    assert seen == declined(family, case), (
        f"differs from the peers, or a declined row is no longer needed: {problems(found)}"
    )


@pytest.mark.parametrize(("family", "case"), [pair for pair in _cases() if _is_refused(*pair)] or [("apk", "")])
def test_what_the_peer_refuses_is_a_problem_and_no_package(family: str, case: str) -> None:
    found = _run(family, shared_folder("fixtures", "packages", family, case, "input"))
    assert not packages(found)
    assert problems(found)


# Counted in the input by hand-made means (`find`, `grep -c`), since the peers state no list: packages, problems.
COUNTS = {
    (row["family"], row["case"]): (int(row["packages"]), int(row["problems"])) for row in read_rows(HERE / "counts.tsv")
}


@pytest.mark.parametrize(("family", "case"), sorted(COUNTS))
def test_whole_trees_without_a_stated_list(family: str, case: str) -> None:
    found = _run(family, shared_folder("fixtures", "packages", family, case, "input"))
    assert (len(packages(found)), len(problems(found))) == COUNTS[family, case]


def test_no_case_goes_without_an_expectation() -> None:
    root = shared_folder("fixtures", "packages")
    stated = {
        (family, case)
        for family, case in _cases()
        if any((root / family / case / name).exists() for name in ("expected.tsv", "reference.tsv"))
    }
    refused = {pair for pair in _cases() if _is_refused(*pair)}
    assert [pair for pair in _cases() if pair not in stated | refused | set(COUNTS)] == []


def test_no_family_was_overlooked() -> None:
    families = {folder.name for folder in shared_folder("fixtures", "packages").iterdir() if folder.is_dir()}
    assert families == set(FAMILIES)


def test_every_declined_row_has_a_case_and_a_reason() -> None:
    folder = shared_folder("fixtures")
    for row in read_rows(DECLINED):
        places = {"osrelease": folder / "osrelease" / row["case"], "purl": folder / "purl"}
        assert places.get(row["family"], folder / "packages" / row["family"] / row["case"]).is_dir(), row
        assert len(row["reason"]) > 20, row
