"""Each reason for and against: one image, one row of the table a question."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from rich.console import Console

from hullmark.advisories.snapshot import FeedStore
from hullmark.analysis.explain import explain
from hullmark.analysis.explanation import Explanation
from hullmark.exceptions import Scope, exception_row, keep_exceptions
from hullmark.lake.schema import FINDINGS, IMAGE_LAYERS, IMAGES, PACKAGES
from hullmark.lake.store import Lake
from hullmark.reports.explanation import explanation_json, explanation_view, statements_table
from hullmark.reports.told import SHOWN, judged_table, references_table, weaknesses
from tests.advisories.feeds import read, record, write_osv
from tests.lake.rows import rows
from tests.matching.findings import IMAGE, LAYER, package

PACKAGES_THERE = (
    package("Debian:12", "openssl", "3.0.11-1", path="var/lib/dpkg/status"),
    package("PyPI", "flask", "2.0", path="site"),
    package("PyPI", "odd", "not a version", path="site"),
    package("PyPI", "inner", "1.0", path="dist", owner="deb/openssl"),
    package("Rocky Linux:9", "ruby", "3.0.4-1.el9", path="rpm"),
    package("Rocky Linux:9", "perl", "5.32.1-1.module+el9", path="rpm", modularity="perl:5.32:9:abc"),
    package("Ubuntu:18.04", "vim-tiny", "8.0-1", path="dpkg", advisory_name="vim"),
    package("Ubuntu:18.04", "zip", "3.0-1", path="dpkg"),
    package("crates.io", "ansi_term", "0.12.1", path="Cargo.lock"),
    package("Ubuntu:18.04", "unzip", "6.0-1+esm1", path="dpkg"),
    package("Ubuntu:18.04", "squid", "3.5-1+tuxcare.els3", path="dpkg"),
)
ALL = [{"introduced": "0"}]
SERIES = ({"introduced": "0"}, {"fixed": "0.9"}, {"introduced": "1.0"}, {"fixed": "1.10"}, {"introduced": "3.0"})
FIX = ({"introduced": "1.0"}, {"fixed": "2.0"})
HOSTILE = [
    "javascript:alert(1)",
    "http://old.example/",
    "https://nvd.nist.gov@evil.example/",
    "https://b.example/\u202egpj.exe",
    " ",
]
VECTORS = {
    "CVSS_V2": "AV:N/AC:L/Au:N/C:P/I:P/A:P", "CVSS_V3": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS_V4": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
}  # fmt: skip
TOLD = (
    record(
        "GHSA-jjjj-jjjj-jjjj", "PyPI", "told", [{"introduced": "0"}], aliases=["CVE-2024-1020"],
        published="2024-01-02T00:00:00Z", severity=[{"type": kind, "score": vector} for kind, vector in VECTORS.items()],
        database_specific={"severity": "MODERATE", "cwe_ids": ["CWE-79", "CWE-1234](http://x)", "CWE-20", "CWE-79"]},
        references=[{"type": "WEB", "url": url} for url in [*HOSTILE, "https://b.example/", "https://a.example/"]],
    ),
    record(
        "PYSEC-2024-7", "PyPI", "told", [{"introduced": "0"}], aliases=["CVE-2024-1020"], withdrawn="2024-07-01T00:00:00Z",
        references=[{"url": url} for url in ("https://b.example/", *(f"https://c.example/{n}" for n in range(20)))],
    ),
    record("PYSEC-2024-8", "PyPI", "told", [{"introduced": "0"}], aliases=["CVE-2024-1021"], references="none", severity={}),
)  # fmt: skip
UNMAINTAINED = record(
    "RUSTSEC-2021-0001", "crates.io", "ansi_term", ALL, database_specific={"informational": "unmaintained"}
)
RECORDS = {
    "crates.io": (
        UNMAINTAINED,
        record("RUSTSEC-2024-1001", "crates.io", "openssl-src", ALL, aliases=["CVE-2024-1001"]),
        record("RUSTSEC-2024-1050", "crates.io", "other", ALL, aliases=["CVE-2024-1050"], summary="** REJECT ** None."),
    ),
    "Debian": (
        record("DEBIAN-CVE-2024-1001", "Debian:12", "openssl", [*ALL, {"fixed": "3.0.12-1"}], aliases=["CVE-2024-1001"]),
        record("DEBIAN-CVE-2024-1002", "Debian:12", "openssl", [*ALL, {"fixed": "3.0.11-1"}], aliases=["CVE-2024-1002"]),
        record("DEBIAN-CVE-2024-1003", "Debian:11", "openssl", ALL, aliases=["CVE-2024-1003"]),
        record("DEBIAN-CVE-2024-1041", "Debian:12", "openssl", [*ALL, {"fixed": "0"}], aliases=["CVE-2024-1041"]),
        record("DSA-4-1", "Debian:12", "openssl", ALL, aliases=["CVE-2024-1002"]),
    ),
    "PyPI": (
        record("GHSA-aaaa-aaaa-aaaa", "PyPI", "flask", [*ALL, {"last_affected": "1.9"}], aliases=["CVE-2024-1005"]),
        record("GHSA-bbbb-bbbb-bbbb", "PyPI", "flask", [{"introduced": "3.0"}], aliases=["CVE-2024-1006"]),
        record("GHSA-cccc-cccc-cccc", "PyPI", "flask", versions=["1.0"], aliases=["CVE-2024-1007"]),
        record("GHSA-dddd-dddd-dddd", "PyPI", "flask", ALL, aliases=["CVE-2024-1008"], withdrawn="2024-07-01T00:00:00Z"),
        record("GHSA-eeee-eeee-eeee", "PyPI", "odd", FIX, aliases=["CVE-2024-1009"]),
        record("GHSA-ffff-ffff-ffff", "PyPI", "inner", ALL, aliases=["CVE-2024-1010"]),
        record("GHSA-gggg-gggg-gggg", "PyPI", "flask", ALL, aliases=["CVE-2024-1011"]),
        record("GHSA-hhhh-hhhh-hhhh", "PyPI", "flask", SERIES, aliases=["CVE-2024-1012"]),
        record("GHSA-kkkk-kkkk-kkkk", "PyPI", "flask", ALL, aliases=["CVE-2024-1050"]),
        *TOLD,
    ),
}  # fmt: skip
RECORDS["Rocky Linux"] = (
    record(
        "RLSA-1", "Rocky Linux:9", "ruby", [*ALL, {"fixed": "0:3.3.1-2.module+el9.4.0+2+4c"}], aliases=["CVE-2024-1030"],
        summary="Moderate: ruby:3.3 security update",
    ),
    record("RLSA-2", "Rocky Linux:9", "perl", [*ALL, {"fixed": "0:5.40-1.el9"}], aliases=["CVE-2024-1031"]),
)  # fmt: skip
RECORDS["Ubuntu"] = (
    record("UBUNTU-CVE-2024-1040", "Ubuntu:18.04:LTS", "vim", ALL, upstream=["CVE-2024-1040"]),
    record(
        "UBUNTU-CVE-2024-1032", "Ubuntu:18.04:LTS", "vim", [*ALL, {"fixed": "9.0-1"}],
        ecosystem_specific={"binaries": [{"binary_name": "vim-gtk", "binary_version": "9.0-1"}]},
    ),
    record("UBUNTU-CVE-2024-1033", "Ubuntu:Pro:18.04:LTS", "zip", [*ALL, {"fixed": "3.0-1+esm1"}]),
    {
        **record("UBUNTU-CVE-2024-1034", "Ubuntu:18.04:LTS", "unzip", ALL),
        "affected": [
            record("x", place, "unzip", [*ALL, *fix])["affected"][0]
            for place, fix in (("Ubuntu:18.04:LTS", []), ("Ubuntu:Pro:18.04:LTS", [{"fixed": "6.0-1+esm1"}]))
        ],
    },
)  # fmt: skip
RECORDS["Ubuntu"] += (record("UBUNTU-CVE-2024-1035", "Ubuntu:18.04:LTS", "squid", ALL),)
RECORDS["TuxCare"] = (
    record("CLSA-1", "TuxCare:Ubuntu:18.04", "squid", [*ALL, {"fixed": "3.5-1+tuxcare.els3"}], upstream=["CVE-2024-1035"]),
)
ASKED: tuple[tuple[str, str, set[str], str], ...] = (
    ("CVE-2024-1001", "", {"affected"}, "Affected: DEBIAN-CVE-2024-1001 decides, and openssl 3.0.11-1 lies"),
    (
        "CVE-2024-1002",
        "",
        {"fixed", "affected"},
        "DSA-4-1 calls it affected, but a record about this CVE alone (DEBIAN-CVE-2024-1002) decides",
    ),
    ("CVE-2024-1030", "", {"other-build"}, "RLSA-1 is about the module stream ruby:3.3, and ruby is of no module."),
    ("CVE-2024-1031", "", {"other-build"}, "RLSA-2 is about packages of no module, and perl is of perl:5.32."),
    ("CVE-2024-1032", "", {"other-build"}, "UBUNTU-CVE-2024-1032 is about the binary packages vim-gtk, and not vim-tiny."),
    ("CVE-2024-1033", "", {"other-release"}, "is about Ubuntu:Pro:18.04, and the image has Ubuntu:18.04."),
    (
        "CVE-2024-1034",
        "",
        {"affected", "fixed"},
        "but UBUNTU-CVE-2024-1034 about Ubuntu:Pro:18.04 decides",
    ),
    ("CVE-2024-1035", "", {"affected", "fixed"}, "but CLSA-1 about TuxCare:Ubuntu:18.04 decides"),
    ("CVE-2024-1003", "", {"other-release"}, "is about Debian:11, and the image has Debian:12"),
    ("CVE-2024-1005", "", {"after"}, "2.0 is after 1.9, the last version"),
    ("CVE-2024-1006", "", {"before"}, "2.0 is before 3.0"),
    ("CVE-2024-1007", "flask", {"not-listed"}, "lists versions, and 2.0 is none of them"),
    ("CVE-2024-1008", "", {"withdrawn"}, "GHSA-dddd-dddd-dddd was withdrawn"),
    (
        "CVE-2024-1050",
        "",
        {"affected"},
        "GHSA-kkkk-kkkk-kkkk calls it affected, but RUSTSEC-2024-1050 says that CVE-2024-1050 was rejected.",
    ),
    ("CVE-2024-1009", "", {"no-order"}, "is no version that can be ordered"),
    ("CVE-2024-1010", "", {"owned"}, "the file belongs to the OS package deb/openssl"),
    ("CVE-2024-1011", "", {"affected"}, "no fix is known"),
    ("CVE-2024-1012", "", {"fixed", "before"}, "2.0 is not before 1.10, where GHSA-hhhh-hhhh-hhhh says that it is fixed"),
    ("GHSA-gggg-gggg-gggg", "", {"affected"}, "It is reported as CVE-2024-1011"),
    ("GHSA-gggg-gggg-gggg", "openssl", set(), "Not affected"),
    ("RUSTSEC-2024-1001", "", {"affected"}, "It is reported as CVE-2024-1001, of which RUSTSEC-2024-1001 is an alias."),
    ("CVE-2024-1041", "", {"never"}, "DEBIAN-CVE-2024-1041 says that no version of openssl was ever affected."),
    ("CVE-2024-1040", "vim", {"affected"}, "Affected: UBUNTU-CVE-2024-1040 decides, and vim-tiny 8.0-1 lies"),
    ("CVE-2024-1040", "vim-tiny", {"affected"}, "Affected: UBUNTU-CVE-2024-1040 decides, and vim-tiny 8.0-1 lies"),
    (
        "RUSTSEC-2021-0001",
        "",
        {"affected"},
        "No vulnerability: RUSTSEC-2021-0001 says of ansi_term 0.12.1: unmaintained, no flaw.",
    ),
    ("CVE-2024-1099", "", set(), "no advisory of the feeds names CVE-2024-1099"),
    ("CVE-2024-1001", "curl", set(), "the image has no package curl"),
    ("CVE-2024-1040", "deb/vim-tiny", {"affected"}, "Affected: UBUNTU-CVE-2024-1040 decides, and vim-tiny 8.0-1 lies"),
    ("CVE-2024-1040", "Deb/VIM", {"affected"}, "Affected: UBUNTU-CVE-2024-1040 decides, and vim-tiny 8.0-1 lies"),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, FeedStore]:
    folder = tmp_path_factory.mktemp("explain")
    for name, records in RECORDS.items():
        write_osv(folder / "feeds", *records, ecosystem=name)
    lake = Lake(str(folder / "lake"))
    lake.create()
    lake.commit("packages", pa.Table.from_pylist(list(PACKAGES_THERE), PACKAGES))
    layer = {"image_digest": IMAGE, "layer_index": 0, "layer": LAYER, "created_by": "RUN apt-get install openssl"}
    lake.commit("image_layers", pa.Table.from_pylist([layer], IMAGE_LAYERS))
    return lake, read(folder / "feeds", *RECORDS)


def asked(lake: Lake, store: FeedStore, vulnerability: str, name: str) -> Explanation:
    connection = lake.connect()
    try:
        return explain(connection, store, IMAGE, vulnerability, name)
    finally:
        connection.close()


@pytest.mark.parametrize(("vulnerability", "name", "holds", "why"), ASKED, ids=[f"{row[0]}-{row[1]}" for row in ASKED])
def test_why(world: tuple[Lake, FeedStore], vulnerability: str, name: str, holds: set[str], why: str) -> None:
    answer = asked(*world, vulnerability, name)
    assert why in answer.why
    assert {row["holds"] for row in answer.statements} == holds
    assert bool(answer.findings) == (why.startswith(("Affected", "No vulnerability")) or why == "no fix is known")


def test_what_is_printed(world: tuple[Lake, FeedStore]) -> None:
    answer = asked(*world, "CVE-2024-1001", "")
    text = "".join(_printed(answer))
    for word in (
        "RUN apt-get install openssl",
        "var/lib/dpkg/status",
        "from 0 to < 3.0.12-1",
        "dpkg order",
        "risk 12 = severity 12",
        "Snapshots: osv/Debian",
    ):
        assert word in text
    assert orjson.loads(explanation_json(answer))["why"] == answer.why
    assert statements_table(answer).num_rows == len(answer.statements) > 0


@pytest.mark.parametrize("name", ["CVE-2024-1020", "GHSA-jjjj-jjjj-jjjj", "PYSEC-2024-7"])
def test_what_sources_say(world: tuple[Lake, FeedStore], name: str) -> None:
    """Every source's severities, vectors and dates; weaknesses; references once, the most named first; under each name."""
    answer = asked(*world, name, "")
    judged = judged_table(answer.advisories, answer.severities).to_pylist()
    said = {(row["advisory"], row["kind"], row["vector"]) for row in judged}
    assert said >= {("GHSA-jjjj-jjjj-jjjj", f"CVSS {kind[-1]}", vector) for kind, vector in VECTORS.items()}
    assert ("GHSA-jjjj-jjjj-jjjj", "word", "") in said
    (silent,) = (row for row in judged if row["advisory"] == "PYSEC-2024-7")
    assert (silent["severity"], silent["score"], silent["taken_back"]) == ([], None, "withdrawn")
    assert {f"{row['published']:%Y-%m-%d}" for row in judged if row["published"]} == {"2024-01-02"}
    assert weaknesses(answer.advisories) == ["CWE-20", "CWE-79"]
    assert [row["url"] for row in answer.references][:2] == ["https://b.example/", "http://old.example/"]
    assert answer.references[0]["advisories"] == ["GHSA-jjjj-jjjj-jjjj", "PYSEC-2024-7"]
    assert len(answer.references) == len({*HOSTILE} - {" "}) + 22


def test_references_are_text_of_strangers(world: tuple[Lake, FeedStore]) -> None:
    answer = asked(*world, "CVE-2024-1020", "")
    shown = references_table(answer.references, 100).to_pylist()
    assert {row["url"] for row in shown if not row["link"]} == {*HOSTILE[:3], "https://b.example/\\u202egpj.exe"}
    assert all(row["link"] in {None, row["url"]} for row in shown)
    text = "".join(_printed(answer))
    assert "https://b.example/\\u202egpj.exe" in text
    assert "\u202e" not in text
    assert f"… and {len(answer.references) - SHOWN} more" in text
    assert "CWE-79  https://cwe.mitre.org/data/definitions/79.html" in text
    assert orjson.loads(explanation_json(answer))["references"][0]["url"] == "https://b.example/"


def test_fields_of_another_kind_are_none(world: tuple[Lake, FeedStore]) -> None:
    answer = asked(*world, "CVE-2024-1021", "")
    assert (answer.severities, answer.references, len(answer.advisories)) == ((), (), 1)


def test_what_happened_to_the_package_that_is_asked_for(world: tuple[Lake, FeedStore], tmp_path: Path) -> None:
    lake = Lake(str(shutil.copytree(world[0].root, tmp_path / "lake")))
    there = {"image_digest": IMAGE, "vulnerability": "CVE-2024-1001"}
    keys = ("deb|openssl|3.0.11-1|amd64|var/lib/dpkg/status", "deb|vim-tiny|8.0-1|amd64|dpkg")
    lake.commit("finding_events", rows("finding_events", *(there | {"package_key": key} for key in keys)))
    told = {name: len(asked(lake, world[1], "CVE-2024-1001", name).events) for name in ("", "openssl", "vim-tiny", "curl")}
    assert told == {"": 2, "openssl": 1, "vim-tiny": 1, "curl": 0}


def test_what_exceptions_say(world: tuple[Lake, FeedStore], tmp_path: Path) -> None:
    """One that holds settles the finding there, which stays one; another vulnerability's reasons do not speak of it."""
    lake = Lake(str(shutil.copytree(world[0].root, tmp_path / "lake")))
    now = datetime.now(UTC)
    image = {
        "registry": "r",
        "repository": "team/app",
        "digest": IMAGE,
        "state": "present",
        "account": "",
        "index_digest": "",
    }
    lake.commit("images", pa.Table.from_pylist([image], IMAGES))
    answer = asked(lake, world[1], "CVE-2024-1001", "")
    finding = {name: answer.findings[0][name] for name in FINDINGS.names if name in answer.findings[0]}
    lake.commit("findings", pa.Table.from_pylist([finding], FINDINGS))
    scope = Scope(vulnerability="CVE-2024-1001", repository="team/*")
    keep_exceptions(lake, exception_row(scope, "ticket 1", "ann", "bob", (now, now + timedelta(days=30))))
    (said,) = asked(lake, world[1], "CVE-2024-1001", "").standing
    assert (said["repository"], said["package"], said["settled"]) == ("team/app", "openssl", True)
    text = "".join(_printed(asked(lake, world[1], "CVE-2024-1001", "openssl")))
    assert "openssl in r/team/app is settled: exception ex-" in text
    assert text.startswith("Affected: ")
    assert not asked(lake, world[1], "CVE-2024-1011", "").standing


def _printed(answer: Explanation) -> Iterator[Any]:
    console = Console(width=200)
    with console.capture() as said:
        console.print(explanation_view(answer), soft_wrap=True)
    yield said.get()
