"""What is found, under which name, with which fix and severity: records and packages by hand."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from hullmark.errors import LimitExceeded
from hullmark.lake.duck import open_duckdb
from hullmark.lake.schema import FINDINGS
from hullmark.matching.match import match
from tests.advisories.feeds import read, record, write_epss, write_kev, write_osv
from tests.matching.findings import IMAGE, LAYER, matched, package

V31 = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}
LOWER = {"type": "CVSS_V3", "score": "CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N"}
V2 = {"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:C/I:C/A:C"}


def up_to(fixed: str, low: str = "0") -> list[dict[str, str]]:
    return [{"introduced": low}, {"fixed": fixed}]


def found(folder: Path, records: list[dict[str, Any]], *packages: dict[str, Any]) -> list[dict[str, Any]]:
    """Findings as dicts; records go to the feeds of their ecosystems."""
    ecosystems = {item["package"]["ecosystem"].partition(":")[0] for one in records for item in one["affected"]}
    for name in ecosystems:
        named = [one for one in records if any(item["package"]["ecosystem"].startswith(name) for item in one["affected"])]
        write_osv(folder / "feeds", *named, ecosystem=name)
    rows: list[dict[str, Any]] = matched(read(folder / "feeds", *ecosystems), packages).to_pylist()
    return rows


BRANCHES = [*up_to("1.4"), *up_to("2.3", "2"), {"introduced": "3"}, {"last_affected": "3.1"}, {"introduced": "4"}]
# ecosystem, installed version, events, listed versions, the fix ("" none) or None when it must not be found
VERSIONS: list[tuple[str, str, list[dict[str, str]], list[str], str | None]] = [
    ("PyPI", "1.3", BRANCHES, [], "1.4"), ("PyPI", "1.4", BRANCHES, [], None), ("PyPI", "2.0rc1", BRANCHES, [], None),
    ("PyPI", "2.0", BRANCHES, [], "2.3"), ("PyPI", "3.1.0", BRANCHES, [], ""), ("PyPI", "3.1.1", BRANCHES, [], None),
    ("PyPI", "4", BRANCHES, [], ""), ("PyPI", "1.3+local", BRANCHES, [], "1.4"), ("PyPI", "0.dev0", BRANCHES, [], "1.4"),
    ("PyPI", "1.0.0", [], ["1.0"], ""), ("PyPI", "1.0.1", [], ["1.0"], None),
    ("PyPI", "not a version", BRANCHES, [], None), ("PyPI", "2004 d", [], ["2004 d"], ""),
    ("PyPI", "2004 d", [], ["2004 e"], None), ("PyPI", "before-pep440", BRANCHES, [], "1.4"),
    ("npm", "1.10.0", up_to("1.9.0"), [], None), ("npm", "1.2.0-rc.1", up_to("1.2.0"), [], "1.2.0"),
    ("Debian:12", "1:1.0-1", up_to("2.0-1"), [], None), ("Debian:12", "2.0~rc1-1", up_to("2.0-1"), [], "2.0-1"),
    ("Debian:12", "1.0-1", up_to("0"), [], None), ("Debian:12", "1.0-1", [{"introduced": "0"}], [], ""),
    ("Alpine:v3.18", "1.2_rc1-r0", up_to("1.2-r0"), [], "1.2-r0"), ("Alpine:v3.18", "1.2-r1", up_to("1.2-r1"), [], None),
    ("Go", "v1.2.3", up_to("1.2.4"), [], "1.2.4"), ("crates.io", "0.3.0", up_to("0.3.1", "0.0.0-0"), [], "0.3.1"),
    ("Nowhere", "r2024", [], ["r2024"], ""), ("Nowhere", "r2025", [], ["r2024"], None),
]  # fmt: skip


@pytest.mark.parametrize("case", VERSIONS, ids=lambda case: f"{case[0]} {case[1]}")
def test_versions(tmp_path: Path, case: tuple[str, str, list[dict[str, str]], list[str], str | None]) -> None:
    ecosystem, installed, events, versions, fixed = case
    item = record("X-1", ecosystem, "p", events, versions=versions)
    rows = found(tmp_path, [item], package(ecosystem, "p", installed))
    assert [row["fixed_version"] for row in rows] == ([] if fixed is None else [fixed])


# the ecosystem of an advisory, that of a package, and whether they meet
PLACES = [
    ("Debian:12", "Debian:12", True), ("Debian:12", "Debian:11", False), ("Ubuntu:22.04:LTS", "Ubuntu:22.04", True),
    ("Ubuntu:Pro:22.04:LTS", "Ubuntu:22.04", False), ("Ubuntu:23.10", "Ubuntu:23.10", True),
    ("Alpine:v3.18", "Alpine:v3.18", True), ("Alpine:v3.18", "Alpine:v3.19", False), ("PyPI", "npm", False),
]  # fmt: skip


@pytest.mark.parametrize(("stated", "installed", "meets"), PLACES)
def test_releases(tmp_path: Path, stated: str, installed: str, meets: bool) -> None:
    rows = found(tmp_path, [record("X-1", stated, "p", up_to("2"))], package(installed, "p", "1"))
    assert bool(rows) is meets


def test_a_finding_whole(tmp_path: Path) -> None:
    write_kev(tmp_path / "feeds", {
        "cveID": "CVE-2024-1000", "dateAdded": "2024-05-06", "dueDate": "2024-05-27", "knownRansomwareCampaignUse": "Known",
    })  # fmt: skip
    write_epss(tmp_path / "feeds", "cve,epss,percentile\nCVE-2024-1000,0.5,0.9\n")
    item = record("GHSA-x", "PyPI", "A_b", up_to("2"), aliases=["CVE-2024-1000"], severity=[V31], summary="It  breaks.")
    row = found(tmp_path, [item], package("PyPI", "a.B", "1"))[0]
    assert set(FINDINGS.names) - set(row) == {"status", "first_seen", "last_seen"}
    assert row.pop("kev_due").isoformat() == "2024-05-27"
    assert row == {
        "image_digest": IMAGE, "package_key": "pypi|a.B|1||db", "vulnerability": "CVE-2024-1000", "aliases": ["GHSA-x"],
        "advisory": "GHSA-x", "type": "pypi", "package": "a.B", "version": "1", "purl": "pkg:pypi/a.B@1", "path": "db",
        "layer": LAYER, "layer_index": 0, "fixed_version": "2", "severity": "critical", "score": 9.8,
        "vector": V31["score"], "kev": True, "kev_ransomware": True, "epss": 0.5, "epss_percentile": 0.9,
        "summary": "It breaks.", "severity_source": "cvss", "fix_state": "fixed", "rule": "", "note": "",
    }  # fmt: skip


def test_binary_packages_of_one_source_in_two_images(tmp_path: Path) -> None:
    more = {"advisory_name": "openssl", "advisory_version": "1.0-1"}
    packages = [
        package("Debian:12", name, "1.0-1+b1", image_digest=f"sha256:{image * 64}", **more)
        for image in "ab"
        for name in ("libssl3", "openssl")
    ]
    rows = found(tmp_path, [record("DEBIAN-CVE-2024-1000", "Debian:12", "openssl", up_to("1.0-2"))], *packages)
    assert [(row["image_digest"][-1], row["package"], row["version"]) for row in rows] == [
        ("a", "libssl3", "1.0-1+b1"),
        ("a", "openssl", "1.0-1+b1"),
        ("b", "libssl3", "1.0-1+b1"),
        ("b", "openssl", "1.0-1+b1"),
    ]


def test_withdrawn_is_not_matched(tmp_path: Path) -> None:
    records = [
        record("PYSEC-1", events=up_to("3"), aliases=["CVE-2024-1000"], withdrawn="2024-01-01T00:00:00Z"),
        record("GHSA-x", events=up_to("2"), aliases=["CVE-2024-1000"]),
    ]
    assert [row["advisory"] for row in found(tmp_path, records, package("PyPI", "p", "1"))] == ["GHSA-x"]
    assert found(tmp_path, [records[0], record("Y-1", package="q", events=up_to("1"))], package("PyPI", "p", "1")) == []


def test_several_advisories_about_one_cve_are_one_finding(tmp_path: Path) -> None:
    """Aliases of both, the lower fix, the better judge."""
    records = [
        record("GHSA-x", events=up_to("2.1"), aliases=["CVE-2024-1000"], database_specific={"severity": "LOW"}),
        record("PYSEC-1", events=up_to("2.0"), aliases=["CVE-2024-1000", "GHSA-x"], severity=[V31]),
        record("PYSEC-0", events=[{"introduced": "0"}], aliases=["CVE-2024-1000"]),
    ]
    (row,) = found(tmp_path, records, package("PyPI", "p", "1"))
    assert (row["vulnerability"], row["aliases"]) == ("CVE-2024-1000", ["GHSA-x", "PYSEC-0", "PYSEC-1"])
    assert (row["fixed_version"], row["severity"], row["advisory"]) == ("2.0", "critical", "PYSEC-1")


def test_the_fix_is_of_the_branch_that_is_installed(tmp_path: Path) -> None:
    records = [
        record("GHSA-x", events=[*up_to("1.4"), *up_to("2.3", "2")], aliases=["CVE-2024-1000"]),
        record("PYSEC-1", events=[*up_to("1.3.9"), *up_to("2.3", "2"), *up_to("3.10", "3")], aliases=["CVE-2024-1000"]),
    ]
    for installed, fixed in (("2.1", "2.3"), ("3.9", "3.10")):
        assert [row["fixed_version"] for row in found(tmp_path, records, package("PyPI", "p", installed))] == [fixed]


# (aliases of PYSEC-1, aliases of GHSA-x) and the one name that both go under
NAMES = [
    (["CVE-2024-1000"], ["CVE-2024-1000"], "CVE-2024-1000"), (["GHSA-x"], ["CVE-2024-1000"], "CVE-2024-1000"),
    (["GHSA-x"], ["PYSEC-1"], "GHSA-x"), ([], ["PYSEC-1", "CVE-2024-1000"], "CVE-2024-1000"),
]  # fmt: skip


@pytest.mark.parametrize(("pysec", "ghsa", "name"), NAMES)
def test_one_name(tmp_path: Path, pysec: list[str], ghsa: list[str], name: str) -> None:
    records = [record("PYSEC-1", events=up_to("2"), aliases=pysec), record("GHSA-x", events=up_to("2"), aliases=ghsa)]
    (row,) = found(tmp_path, records, package("PyPI", "p", "1"))
    assert (row["vulnerability"], row["aliases"]) == (name, sorted({"GHSA-x", "PYSEC-1"} - {name}))


def debian(name: str, events: list[dict[str, str]], upstream: list[str], **more: object) -> dict[str, Any]:
    return record(name, "Debian:12", "openssl", events, upstream=upstream, **more)


def test_a_bulletin_about_two_cves(tmp_path: Path) -> None:
    names = ["CVE-2024-1000", "CVE-2024-1001", "DEBIAN-CVE-2024-1000", "DEBIAN-CVE-2024-1001"]
    rows = found(tmp_path, [debian("DSA-1-1", up_to("1-2"), names)], package("Debian:12", "openssl", "1-1"))
    assert [(row["vulnerability"], row["aliases"]) for row in rows] == [
        ("CVE-2024-1000", ["DEBIAN-CVE-2024-1000", "DSA-1-1"]), ("CVE-2024-1001", ["DEBIAN-CVE-2024-1001", "DSA-1-1"]),
    ]  # fmt: skip


# events of the bulletin and of the record about the CVE (None: there is none), and what is found
DECISIONS: list[tuple[list[dict[str, str]], list[dict[str, str]] | None, list[tuple[str, str]]]] = [
    (up_to("1-3"), None, [("DSA-1-1", "1-3")]),
    (up_to("1-3"), up_to("1-2"), [("DEBIAN-CVE-2024-1000", "1-2")]),
    (up_to("1-3"), [{"introduced": "0"}], [("DEBIAN-CVE-2024-1000", "")]),
    (up_to("1-3"), up_to("0"), []),
    (up_to("1-3"), up_to("1-1"), []),
    (up_to("1-1"), up_to("1-2"), [("DEBIAN-CVE-2024-1000", "1-2")]),
]


@pytest.mark.parametrize(("bulletin", "about", "expected"), DECISIONS)
def test_the_record_about_the_cve_decides(
    tmp_path: Path, bulletin: list[dict[str, str]], about: list[dict[str, str]] | None, expected: list[tuple[str, str]]
) -> None:
    records = [debian("DSA-1-1", bulletin, ["CVE-2024-1000"])]
    if about is not None:
        records.append(debian("DEBIAN-CVE-2024-1000", about, ["CVE-2024-1000"]))
    rows = found(tmp_path, records, package("Debian:12", "openssl", "1-1"))
    assert [(row["advisory"], row["fixed_version"]) for row in rows] == expected
    assert all("DSA-1-1" in (row["advisory"], *row["aliases"]) for row in rows if bulletin != up_to("1-1"))


def test_a_record_of_another_release_or_package_decides_nothing(tmp_path: Path) -> None:
    records = [
        debian("DSA-1-1", up_to("1-3"), ["CVE-2024-1000"]),
        record("DEBIAN-CVE-2024-1000", "Debian:11", "openssl", up_to("0")),
    ]
    assert len(found(tmp_path, records, package("Debian:12", "openssl", "1-1"))) == 1


# severities of the Debian record, of a PyPI record about the same CVE, and what a Debian finding says
SEVERITIES: list[tuple[dict[str, Any], dict[str, Any], tuple[str, float | None]]] = [
    ({}, {}, ("unknown", None)),
    ({}, {"severity": [V31]}, ("critical", 9.8)),
    ({"severity": [LOWER]}, {"severity": [V31]}, ("low", 3.7)),
    ({"ecosystem_specific": {"urgency": "unimportant"}}, {"severity": [V31]}, ("negligible", 9.8)),
    ({}, {"severity": [{"type": "Ubuntu", "score": "negligible"}, V31]}, ("critical", 9.8)),
    ({}, {"database_specific": {"severity": "HIGH"}}, ("unknown", None)),
]


@pytest.mark.parametrize(("own", "other", "expected"), SEVERITIES)
def test_severity_from_elsewhere(
    tmp_path: Path, own: dict[str, Any], other: dict[str, Any], expected: tuple[str, float | None]
) -> None:
    records = [
        debian("DEBIAN-CVE-2024-1000", up_to("2"), ["CVE-2024-1000"], **own),
        record("PYSEC-1", package="other", events=up_to("1"), aliases=["CVE-2024-1000"], **other),
    ]
    (row,) = found(tmp_path, records, package("Debian:12", "openssl", "1"))
    assert (row["severity"], row["score"]) == expected


def test_the_newest_standard_from_elsewhere(tmp_path: Path) -> None:
    records = [debian("DEBIAN-CVE-2024-1000", up_to("2"), ["CVE-2024-1000"])] + [
        record(f"PYSEC-{number}", package="o", events=up_to("1"), aliases=["CVE-2024-1000"], severity=[vector])
        for number, vector in enumerate((V2, LOWER, V2))
    ]
    (row,) = found(tmp_path, records, package("Debian:12", "openssl", "1"))
    assert (row["severity"], row["score"], row["vector"]) == ("low", 3.7, LOWER["score"])


def test_no_package_and_no_feed(tmp_path: Path) -> None:
    item = record("X-1", events=up_to("2"))
    assert found(tmp_path, [item]) == []
    assert found(tmp_path, [item], package("", "p", "1"), package("PyPI", "", "1")) == []
    assert matched(read(tmp_path / "none"), [package("PyPI", "p", "1")]).num_rows == 0


DEBIAN = record("DSA-1", "Debian:12", "p", up_to("3-1"))


@pytest.mark.parametrize(
    ("owned", "ecosystem", "judged"),
    [
        ({"owner": "deb/python3-p"}, "Debian:12", {"python3-p"}),
        ({"owner": "deb/python3-p"}, "", {"p"}),  # no advisories speak of the owner
        ({"owner": "deb/python3-p", "image_digest": "sha256:" + "2" * 64}, "Debian:12", {"p", "python3-p"}),
        ({"owner": "deb/gone"}, "Debian:12", {"p", "python3-p"}),
        ({"owner": ""}, "Debian:12", {"p", "python3-p"}),
        ({"owner": None}, "Debian:12", {"p", "python3-p"}),  # as in a lake that an older version wrote
    ],
)
def test_what_an_os_package_owns_is_judged_with_it(
    tmp_path: Path, owned: dict[str, Any], ecosystem: str, judged: set[str]
) -> None:
    inner = package("PyPI", "p", "1", **owned)
    outer = package(ecosystem, "python3-p", "2-1", advisory_name="p", source_name="p", type="deb")
    rows = found(tmp_path, [record("X-1", "PyPI", "p", up_to("2")), DEBIAN], inner, outer)
    assert {row["package"] for row in rows} == judged


def test_too_little_memory_is_said(tmp_path: Path) -> None:
    write_osv(tmp_path / "feeds", record("X-1", events=up_to("2")))
    store = read(tmp_path / "feeds", "PyPI")
    with open_duckdb(64, threads=1) as connection:
        store.register(connection)
        connection.execute("SET temp_directory = ''")
        connection.execute("""
            CREATE VIEW package AS SELECT 'PyPI' AS ecosystem, 'p' AS advisory_name,
                repeat('x', 100) || range AS advisory_version, NULL::BLOB AS version_key, 'sha256:0' AS image_digest,
                'pypi' AS type, 'p' AS name, '1' AS version, '' AS owner, '' AS modularity
            FROM range(3_000_000)
        """)
        with pytest.raises(LimitExceeded, match="raise HULLMARK_MEMORY_MB"):
            match(connection)


def test_a_relation_that_is_not_there() -> None:
    with open_duckdb(64) as connection, pytest.raises(duckdb.CatalogException, match="affected"):
        match(connection)
