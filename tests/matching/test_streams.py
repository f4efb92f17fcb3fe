"""Red Hat's extended streams: which advisories count for an image follows from the repositories that it was built from."""

from pathlib import Path
from typing import Any

import pytest

from hullmark.advisories.store import FeedStore
from tests.advisories.feeds import read, record, write_osv, write_repositories
from tests.matching.findings import IMAGE, matched, package

# In the form of Red Hat's repository-to-cpe.json, as its guide for scanning vendors shows it.
REPOSITORIES = {
    "rhel-9-for-x86_64-baseos-rpms": ["cpe:/o:redhat:enterprise_linux:9::baseos"],
    "rhel-9-for-x86_64-appstream-eus-rpms__9_DOT_2": ["cpe:/a:redhat:rhel_eus:9.2::appstream"],
    "rhel-9-for-x86_64-appstream-e4s-rpms__9_DOT_2": ["cpe:/a:redhat:rhel_e4s:9.2::appstream"],
    "rhel-9-for-x86_64-appstream-eus-rpms": [f"cpe:/a:redhat:rhel_eus:9.{minor}::appstream" for minor in (0, 2, 4)],
    "rhel-8-for-x86_64-appstream-eus-rpms__8_DOT_6": ["cpe:/a:redhat:rhel_eus:8.6::appstream"],
    "rhocp-4.16-for-rhel-9-x86_64-rpms": ["cpe:/a:redhat:openshift:4.16::el9"],
}
EUS, E4S = "rhel-9-for-x86_64-appstream-eus-rpms__9_DOT_2", "rhel-9-for-x86_64-appstream-e4s-rpms__9_DOT_2"
MAIN, MANY = "rhel-9-for-x86_64-baseos-rpms", "rhel-9-for-x86_64-appstream-eus-rpms"
RHEL8, OPENSHIFT = "rhel-8-for-x86_64-appstream-eus-rpms__8_DOT_6", "rhocp-4.16-for-rhel-9-x86_64-rpms"


def fix(name: str, product: str, version: str, cve: str) -> dict[str, Any]:
    return record(name, f"Red Hat:{product}", "podman", [{"introduced": "0"}, {"fixed": version}], upstream=[cve])


RECORDS = (
    fix("RHSA-2024:1", "enterprise_linux:9::appstream", "4.9-1.el9", "CVE-2024-0001"),
    fix("RHSA-2024:2", "rhel_eus:9.2::appstream", "4.4-2.el9_2", "CVE-2024-0001"),
    fix("RHSA-2024:3", "enterprise_linux:9::appstream", "5.0-1.el9", "CVE-2024-0002"),
    fix("RHSA-2024:4", "rhel_e4s:9.2::appstream", "4.4-5.el9_2", "CVE-2024-0003"),
)
IN_DOUBT = "the image states repositories of {}, and a package does not say from which it came: the first one decides"
BOTH = IN_DOUBT.format("enterprise_linux:9, rhel_eus:9.2")
SEVERAL = IN_DOUBT.format("enterprise_linux:9, rhel_eus:9.0, rhel_eus:9.2, rhel_eus:9.4")
RELEASE, LATER = {"CVE-2024-0001": "4.9-1.el9", "CVE-2024-0002": "5.0-1.el9"}, {"CVE-2024-0002": "5.0-1.el9"}
# content sets, release of the system, installed version, fixes by CVE, what the findings note
CASES: dict[str, tuple[tuple[str, ...], str, str, dict[str, str], str]] = {
    "no content sets": ((), "9.2", "4.4-2.el9_2", RELEASE, ""),
    "the main stream": ((MAIN,), "9.2", "4.4-2.el9_2", RELEASE, ""),
    "an extended stream has fixed it": ((EUS,), "9.2", "4.4-2.el9_2", LATER, ""),
    "an extended stream has a fix": ((EUS,), "9.2", "4.4-1.el9_2", {"CVE-2024-0001": "4.4-2.el9_2", **LATER}, ""),
    "two kinds of one minor release": ((EUS, E4S), "9.2", "4.4-2.el9_2", {**LATER, "CVE-2024-0003": "4.4-5.el9_2"}, ""),
    "main and extended": ((MAIN, EUS), "9.2", "4.4-2.el9_2", RELEASE, BOTH),
    "a repository of many, of this release": ((MANY,), "9.2", "4.4-2.el9_2", LATER, ""),
    "a repository of many, of none of them": ((MANY,), "9.6", "4.4-2.el9_2", RELEASE, SEVERAL),
    "another release": ((RHEL8,), "9.2", "4.4-2.el9_2", RELEASE, ""),
    "another product": ((OPENSHIFT,), "9.2", "4.4-2.el9_2", RELEASE, ""),
    "another product beside": ((OPENSHIFT, EUS), "9.2", "4.4-2.el9_2", LATER, ""),
    "a repository that nobody knows": (("rhel-9-made-up",), "9.2", "4.4-2.el9_2", RELEASE, ""),
}  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FeedStore:
    base = write_osv(tmp_path_factory.mktemp("streams") / "feeds", *RECORDS, ecosystem="Red Hat")
    return read(write_repositories(base, REPOSITORIES), "Red Hat")


@pytest.mark.parametrize("name", CASES)
def test_which_stream_decides(store: FeedStore, name: str) -> None:
    sets, release, version, fixes, note = CASES[name]
    installed = [package("Red Hat:enterprise_linux:9", "podman", version)]
    found = matched(store, installed, stated=[(IMAGE, release, one) for one in sets]).to_pylist()
    assert {row["vulnerability"]: row["fixed_version"] for row in found} == fixes
    assert {row["note"] for row in found} == {note}


def test_an_extended_stream_since_ten(tmp_path: Path) -> None:
    """Since RHEL 10 extended streams are called enterprise_linux_eus, and repositories have no channels."""
    records = (
        fix("RHSA-2026:1", "enterprise_linux:10.1", "5.8-1.el10_1", "CVE-2026-0001"),
        fix("RHSA-2026:2", "enterprise_linux_eus:10.0", "5.4-9.el10_0", "CVE-2026-0001"),
        fix("RHSA-2026:3", "enterprise_linux:10.1", "5.8-2.el10_1", "CVE-2026-0002"),
    )
    sets = {"rhel-10-baseos-eus__10_DOT_0": ["cpe:/o:redhat:enterprise_linux_eus:10.0"]}
    base = write_repositories(write_osv(tmp_path / "feeds", *records, ecosystem="Red Hat"), sets)
    installed = [package("Red Hat:enterprise_linux:10", "podman", "5.4-9.el10_0")]
    stated = [(IMAGE, "10.0", name) for name in sets]
    found = matched(read(base, "Red Hat"), installed, stated=stated).to_pylist()
    assert [(row["vulnerability"], row["advisory"]) for row in found] == [("CVE-2026-0002", "RHSA-2026:3")]
    found = matched(read(base, "Red Hat"), installed).to_pylist()
    assert [row["advisory"] for row in found] == ["RHSA-2026:1", "RHSA-2026:3"]
