"""Every archive of ../shared: what is read of it, or why it is not, stands in expected_images.tsv."""

import csv
from pathlib import Path

import pytest

from tests.conftest import SHARED
from tests.sources.outcomes import COLUMNS, outcomes

EXPECTED = Path(__file__).with_name("expected_images.tsv")


def _expected() -> dict[str, set[tuple[str, ...]]]:
    rows: dict[str, set[tuple[str, ...]]] = {}
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            rows.setdefault(row["archive"], set()).add(tuple(row[name] for name in COLUMNS))
    return rows


@pytest.mark.parametrize("name", sorted(_expected()))
def test_archive(name: str, shared: Path) -> None:
    assert set(outcomes(shared / "fixtures" / "images" / name)) == _expected()[name]


def test_every_archive_stands_in_the_table(shared: Path) -> None:
    there = {path.name for path in (shared / "fixtures" / "images").iterdir()} - {"index.tsv"}
    assert there == set(_expected())


def test_what_the_peers_call_an_image_is_one_or_has_a_remark() -> None:
    if not SHARED.exists():
        pytest.skip("needs ../shared, which is not beside this repository")
    with (SHARED / "fixtures" / "images" / "index.tsv").open(encoding="utf-8", newline="") as file:
        images = {row["path"] for row in csv.DictReader(file, delimiter="\t") if row["kind"] in ("image", "oci-layout")}
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        unexplained = [
            row["archive"]
            for row in csv.DictReader(file, delimiter="\t")
            if row["archive"] in images and (row["outcome"] != "image" or row["mismatched"]) and not row["remark"]
        ]
    assert unexplained == []
