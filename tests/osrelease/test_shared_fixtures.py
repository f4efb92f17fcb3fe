"""The peers' release files in ../shared: every row holds, or stands with its reason in tests/fixtures_declined.tsv."""

from pathlib import Path

import pytest

from hullmark.distro import ecosystem, package_type
from hullmark.model import Distro
from tests.catalogers.cases import Row, declined, read_rows
from tests.conftest import SHARED, shared_folder
from tests.osrelease.roots import chosen

SHORTENED = ("claircore-alpine-", "trivy-", "distro-", "snyk-")  # peers whose version_id may be the start of ours
FAMILY_IDS = {
    "alma": "almalinux",
    "amazon": "amzn",
    "oracle": "ol",
    "suse": "sles",
}  # names that peers have of their own for an id


def _rows() -> dict[str, Row]:
    table = SHARED / "fixtures" / "osrelease" / "expected.tsv"
    return {row["case"]: row for row in read_rows(table)} if table.exists() else {}


@pytest.mark.parametrize("case", sorted(_rows()) or [""])
def test_case(case: str) -> None:
    distro = _distro(shared_folder("fixtures", "osrelease", case))
    assert _differences(_rows()[case], distro) == declined("osrelease", case), distro


def test_no_folder_was_overlooked() -> None:
    folders = {folder.name for folder in shared_folder("fixtures", "osrelease").iterdir() if folder.is_dir()}
    assert folders == set(_rows())


def _distro(root: Path) -> Distro:
    return chosen({file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()})[0]


def _differences(row: Row, distro: Distro) -> set[str]:
    stated = {
        "id": (row["id"], distro.id),
        "version_id": (row["version_id"], _as_long_as(row, distro)),
        "pretty_name": (row["pretty_name"], distro.name),
        "ecosystem_osv": (row["ecosystem_osv"].removesuffix(":LTS"), ecosystem(distro, package_type(distro))),
        "family": (_family_id(row, distro), distro.id),
    }
    return {f"{column}={theirs}" for column, (theirs, ours) in stated.items() if theirs and theirs != ours}


def _as_long_as(row: Row, distro: Distro) -> str:
    theirs, ours = row["version_id"], distro.version_id
    return theirs if row["case"].startswith(SHORTENED) and ours.startswith(f"{theirs}.") else ours


def _family_id(row: Row, distro: Distro) -> str:
    """Trivy's families are Go names ("Alma", "OpenSUSELeap"); where the row has an id, that says it already."""
    family = row["family"].lower()
    return "" if row["id"] else FAMILY_IDS.get(family, family)
