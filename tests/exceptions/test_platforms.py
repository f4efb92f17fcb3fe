"""Statements about packages of an operating system, which its CPE names (CSAF of Red Hat and SUSE), and about sources."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hullmark.lake.store import Lake
from hullmark.vex.platform import platform_of
from hullmark.vex.read import read_vex
from tests.exceptions.standing import PLACES, write_statements
from tests.lake.rows import digest, rows

DOCUMENT = Path(__file__).with_name("documents") / "platforms.json"
NOW = datetime(2026, 4, 1, tzinfo=UTC)

PLATFORMS = [
    ("cpe:/o:redhat:enterprise_linux:9", "rhel-9"), ("cpe:/a:redhat:enterprise_linux:9::appstream", "rhel-9"),
    ("cpe:/o:redhat:enterprise_linux:10.1", "rhel-10"), ("cpe:2.3:o:redhat:enterprise_linux:8:*:baseos:*:*:*:*:*", "rhel-8"),
    ("cpe:/a:redhat:hummingbird:1", "hummingbird"), ("cpe:/o:suse:sles:15:sp5", "sles-15.5"),
    ("cpe:/o:suse:sles:15", "sles-15"),
    ("cpe:/o:suse:sle-module-basesystem:15:sp6", "sles-15.6"), ("cpe:/o:suse:sles:16:16.0:server", "sles-16.0"),
    ("cpe:/o:opensuse:leap:15.6", "opensuse-leap-15.6"), ("cpe:/o:opensuse:tumbleweed", "opensuse-tumbleweed"),
    ("cpe:2.3:o:canonical:ubuntu_linux:22.04:*:*:*:lts:*:*:*", "ubuntu-22.04"),
    ("cpe:/o:debian:debian_linux:12", "debian-12"),
]  # fmt: skip


@pytest.mark.parametrize(("cpe", "platform"), PLATFORMS)
def test_a_platform(cpe: str, platform: str) -> None:
    assert platform_of(cpe) == platform


NONE = [
    ("cpe:/o:redhat:rhel_eus:9.2::baseos", "is a platform that no package names"),
    ("cpe:/a:redhat:openshift:4.14::el9", "is a platform that no package names"),
    ("cpe:/h:redhat:enterprise_linux:9", "is a platform that no package names"),
    ("cpe:/o:redhat:enterprise_linux", "names no release"), ("cpe:2.3:o:redhat:enterprise_linux:*:*:*", "names no release"),
    ("cpe:/o:redhat:enterprise_linux:9.*", "names no release"), ("cpe:", "no package names"), ("cpe:/o", "no package names"),
    ("cpe:2.3:" + ":" * 5000, "no package names"),
]  # fmt: skip


@pytest.mark.parametrize(("cpe", "reason"), NONE, ids=range(len(NONE)))
def test_no_platform(cpe: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        platform_of(cpe)


def test_a_document_with_platforms() -> None:
    vex = read_vex(DOCUMENT.read_bytes(), "a file", "ann", NOW)
    assert [(row["stem"], row["qualifiers"], row["platform"]) for row in vex.statements.to_pylist()] == [
        ("pkg:rpm/redhat/openssl", ["arch=src"], "rhel-9"), ("pkg:rpm/redhat/openssl-perl", [], "rhel-9"),
        ("pkg:rpm/redhat/nodejs", ["arch=x86_64"], "rhel-9"), ("pkg:rpm/redhat/old", [], ""),
        *[("pkg:rpm/redhat/listed", ["arch=x86_64"], "")] * 2,
    ]  # fmt: skip
    assert vex.statements["version"].to_pylist()[2:] == ["16.20.2-1.module%2Bel9.2.0", "", "1-1", "1-2"]
    assert [refused.reason for refused in vex.refused] == [
        "'cpe:/o:redhat:rhel_eus:9.2::baseos' is a platform that no package names",
        "the product 'cpe:/o:redhat:enterprise_linux:9' is a platform, of which any package could be meant",
        "'pkg:rpm/redhat/nodejs?rpmmod=nodejs:16' is of a module, and without a version builds of any could be meant",
    ]


LIBS = "pkg:rpm/redhat/openssl-libs@3.0.7-25.el9?arch=x86_64&distro={}&epoch=1&upstream=openssl-3.0.7-25.el9.src.rpm"
# Packages of one image each, by their URL: what holds of the document's statements.
PACKAGES = {
    LIBS.format("rhel-9.4"): True, LIBS.format("rhel-9"): True, LIBS.format("rhel-8.9"): False,
    LIBS.format("rhel-90"): False,
    "pkg:rpm/redhat/openssl@3.0.7-25.el9?arch=x86_64&distro=rhel-9.4&epoch=1": True,
    "pkg:rpm/redhat/openssl-perl@3.0.7-25.el9?arch=noarch&distro=rhel-9.4&epoch=1&upstream=x-1-1.src.rpm": True,
    "pkg:rpm/redhat/openssl-perl@3.0.7-25.el9?arch=noarch&distro=rhel-8.4&epoch=1&upstream=x-1-1.src.rpm": False,
    "pkg:rpm/redhat/libx@1-1.el9?arch=x86_64&distro=rhel-9.4&upstream=openssl-perl-1-1.el9.src.rpm": False,
    "pkg:rpm/almalinux/openssl@3.0.7-25.el9?arch=x86_64&distro=almalinux-9.4&epoch=1": False,
    "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12&upstream=openssl": False,
    "pkg:rpm/redhat/nodejs@16.20.2-1.module%2Bel9.2.0?arch=x86_64&distro=rhel-9.2": True,
    "pkg:rpm/redhat/nodejs@16.20.2-1.module%2Bel9.2.0?arch=x86_64&distro=rhel-8.2": False,
    "pkg:rpm/redhat/nodejs@18.1.0-1.module%2Bel9.2.0?arch=x86_64&distro=rhel-9.2": False,
    "pkg:rpm/redhat/listed@1-2?arch=x86_64&distro=rhel-8.2": True,
    "pkg:rpm/redhat/listed@1-3?arch=x86_64&distro=rhel-8.2": False,
}  # fmt: skip


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def write_packages(lake: Lake) -> None:
    lake.commit("images", rows("images", *(
        {"registry": PLACES[0][0], "repository": "r", "digest": digest(purl), "account": PLACES[0][3], "pushed_at": NOW}
        for purl in PACKAGES
    )))  # fmt: skip
    facts = [
        (purl, purl.partition("@")[0].rpartition("/")[2], purl.partition(":")[2].partition("/")[0]) for purl in PACKAGES
    ]
    lake.commit("packages", rows("packages", *(
        {"image_digest": digest(purl), "type": kind, "name": name, "version": "1", "path": "p", "purl": purl}
        for purl, name, kind in facts
    )))  # fmt: skip
    lake.commit("findings", rows("findings", *(
        {"image_digest": digest(purl), "package_key": f"{kind}|{name}|1||p", "vulnerability": "CVE-2026-1", "type": kind,
            "package": name, "version": "1", "path": "p", "purl": purl, "fix_state": "fixed", "kev_ransomware": False,
            "aliases": []}
        for purl, name, kind in facts
    )))  # fmt: skip


def stated(lake: Lake) -> dict[str, bool]:
    found = lake.connect().sql("SELECT image_digest FROM vex_findings WHERE status = 'not_affected'").fetchall()
    return {purl: (digest(purl),) in found for purl in PACKAGES}


def test_what_a_platform_holds(lake: Lake) -> None:
    write_packages(lake)
    lake.commit("vex_statements", read_vex(DOCUMENT.read_bytes(), "a file", "ann", NOW).statements)
    assert stated(lake) == PACKAGES


def test_a_statement_of_an_older_lake_has_no_platform(lake: Lake) -> None:
    """Its column is null: the statement fits packages of any."""
    write_packages(lake)
    write_statements(lake, {"vulnerability": "CVE-2026-1", "stem": "pkg:rpm/redhat/openssl", "platform": None})
    assert [purl for purl, holds in stated(lake).items() if holds] == [
        purl for purl in PACKAGES if "/redhat/openssl@" in purl
    ]


LIBGCC = "pkg:deb/debian/libgcc1@1:5-12?arch=amd64&upstream=gcc-5%405.1.1-12"
LIBSSL = "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12&upstream=openssl"
A_LIBS = "pkg:rpm/redhat/a-libs@1-2?arch=x86_64&upstream=a-b-1-2.src.rpm"
SOURCES = [  # a package, a source that is stated of it, and whether it is that
    (LIBSSL, "pkg:deb/debian/openssl?arch=source", True), (LIBSSL, "pkg:deb/debian/libssl3?arch=source", False),
    (LIBGCC, "pkg:deb/debian/gcc-5@5.1.1-12?arch=source", True),
    (LIBGCC, "pkg:deb/debian/gcc-5@5.1.1-11?arch=source", False),
    ("pkg:deb/debian/bash@5.2-1?arch=amd64", "pkg:deb/debian/bash@5.2-1?arch=source", True),
    (A_LIBS, "pkg:rpm/redhat/a-b@1-2?arch=src", True), (A_LIBS, "pkg:rpm/redhat/a-b@1-2", False),
    (A_LIBS, "pkg:rpm/redhat/a?arch=src", False),
    ("pkg:apk/alpine/libcrypto3@3.1?arch=x86_64&upstream=openssl", "pkg:apk/alpine/openssl?arch=source", False),
]  # fmt: skip


@pytest.mark.parametrize(("purl", "product", "holds"), SOURCES, ids=range(len(SOURCES)))
def test_what_is_said_of_a_source(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, purl: str, product: str, *, holds: bool
) -> None:
    monkeypatch.setitem(PACKAGES, purl, holds)
    for other in [name for name in PACKAGES if name != purl]:
        monkeypatch.delitem(PACKAGES, other)
    write_packages(lake)
    document = {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "d", "author": "a", "timestamp": "2026-01-01T00:00:00Z",
                "statements": [{"vulnerability": "CVE-2026-1", "products": [product], "status": "not_affected",
                                "justification": "component_not_present"}]}  # fmt: skip
    lake.commit("vex_statements", read_vex(json.dumps(document).encode(), "a file", "ann", NOW).statements)
    assert stated(lake) == PACKAGES
