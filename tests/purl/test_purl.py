import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from hullmark.model import Distro, Package
from hullmark.purl import advisory_name, parse_purl, pep503_name, purl_of

DEBIAN = Distro(id="debian", version_id="12.7")
ALPINE = Distro(id="alpine", version_id="3.18.4")

WRITTEN = [
    (
        Package("deb", "libc6", "2.36-9+deb12u4", "amd64", "glibc"),
        DEBIAN,
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc",
    ),
    (
        Package("deb", "libgcc1", "1:5.1-1", "arm64", "gcc-5", "5.1-1"),
        DEBIAN,
        "pkg:deb/debian/libgcc1@1:5.1-1?arch=arm64&distro=debian-12&upstream=gcc-5%405.1-1",
    ),
    (
        Package("deb", "apt", "1.0~rc1", "all", "apt"),
        Distro(id="ubuntu", version_id="22.04"),
        "pkg:deb/ubuntu/apt@1.0~rc1?arch=all&distro=ubuntu-22.04",
    ),
    (Package("deb", "apt", "1.0"), Distro(), "pkg:deb/apt@1.0"),
    (
        Package("apk", "libstdc++", "12.2.1-r9", "x86_64", "gcc"),
        ALPINE,
        "pkg:apk/alpine/libstdc%2B%2B@12.2.1-r9?arch=x86_64&distro=alpine-3.18.4&upstream=gcc",
    ),
    (
        Package("apk", "glibc", "2.38-r1", "x86_64"),
        Distro(id="wolfi", version_id="20230201"),
        "pkg:apk/wolfi/glibc@2.38-r1?arch=x86_64&distro=wolfi-20230201",
    ),
    (
        Package("rpm", "openssl-libs", "1:3.0.7-27.el9", "x86_64", "openssl"),
        Distro(id="rhel", version_id="9.4"),
        "pkg:rpm/redhat/openssl-libs@3.0.7-27.el9?arch=x86_64&distro=rhel-9.4&epoch=1&upstream=openssl-3.0.7-27.el9.src.rpm",
    ),
    (
        Package("rpm", "perl-Errno", "1.30-481.el9", "noarch", "perl", "4:5.32.1-481.el9"),
        Distro(id="rocky", version_id="9.4"),
        "pkg:rpm/rocky/perl-Errno@1.30-481.el9?arch=noarch&distro=rocky-9.4&upstream=perl-5.32.1-481.el9.src.rpm",
    ),
    (
        Package("rpm", "bash", "4.4-19.6.1", "x86_64"),
        Distro(id="sles", version_id="15.3"),
        "pkg:rpm/suse/bash@4.4-19.6.1?arch=x86_64&distro=sles-15.3",
    ),
    (
        Package("alpm", "containers-common", "1:0.47.4-4", "x86_64"),
        Distro(id="arch"),
        "pkg:alpm/arch/containers-common@1:0.47.4-4?arch=x86_64&distro=arch",
    ),
    (
        Package("opkg", "ubus", "2024.10.20~252a9b0c-r1", "x86_64"),
        Distro(id="openwrt", version_id="24.10.0"),
        "pkg:opkg/openwrt/ubus@2024.10.20~252a9b0c-r1?arch=x86_64&distro=openwrt-24.10.0",
    ),
    (Package("ebuild", "sys-apps/portage", "3.0.30-r1"), Distro(id="gentoo"), "pkg:ebuild/sys-apps/portage@3.0.30-r1"),
    (Package("npm", "@angular/core", "17.0.0"), ALPINE, "pkg:npm/%40angular/core@17.0.0"),
    (Package("npm", "express", "4.18.2-rc.1"), ALPINE, "pkg:npm/express@4.18.2-rc.1"),
    (Package("pypi", "Zope_Interface.Foo", "1!2.0+local"), ALPINE, "pkg:pypi/zope-interface-foo@1%212.0%2Blocal"),
]


@pytest.mark.parametrize(("package", "distro", "expected"), WRITTEN, ids=lambda value: getattr(value, "name", ""))
def test_written(package: Package, distro: Distro, expected: str) -> None:
    assert purl_of(package, distro) == expected


CHARACTERS = st.sampled_from("aZ09.-_~+:@!^&=#?%/ ü☃")
TEXT = st.text(CHARACTERS, min_size=1, max_size=8).map(lambda text: text.strip("/ ")).filter(bool)


@given(st.sampled_from(["alpm", "deb", "apk", "npm", "opkg", "pypi", "golang"]), TEXT, TEXT, TEXT, TEXT)
def test_it_is_what_packageurl_writes(kind: str, name: str, version: str, arch: str, source: str) -> None:
    package = Package(kind, name, version, arch, source)
    assert purl_of(package, ALPINE).lower() == _by_library(package).lower()  # escapes in names: see the module's docstring
    assert _case_of_escapes(purl_of(package, ALPINE)) == _case_of_escapes(_by_library(package))


def _by_library(package: Package) -> str:
    if package.type in {"alpm", "deb", "apk", "opkg"}:
        upstream = package.source_name if package.source_name != package.name else None
        qualifiers = {"arch": package.arch, "distro": "alpine-3.18.4", "upstream": upstream}
        stated = {key: value for key, value in qualifiers.items() if value}
        return PackageURL(package.type, "alpine", package.name, package.version, stated).to_string()
    name = pep503_name(package.name) if package.type == "pypi" else package.name
    namespace, _, name = ("", "", name) if package.type == "pypi" else name.rpartition("/")
    return PackageURL(package.type, namespace or None, name, package.version).to_string()


def _case_of_escapes(purl: str) -> str:
    head, *escaped = purl.split("%")
    return "%".join([head, *(part[:2].upper() + part[2:] for part in escaped)])


@pytest.mark.parametrize(("package", "distro", "purl"), WRITTEN, ids=lambda value: getattr(value, "name", ""))
def test_what_is_written_is_read(package: Package, distro: Distro, purl: str) -> None:
    read = parse_purl(purl)
    assert (read.type, read.version) == (package.type, package.version)
    assert read.name.lower().replace("-", "_").replace(".", "_") == package.name.lower().replace("-", "_").replace(".", "_")
    assert read.arch == package.arch
    if package.type in {"apk", "deb"} and package.source_name != package.name:
        assert (read.source_name, read.source_version) == (package.source_name, package.source_version)


READ = [
    (
        "pkg:maven/org.springframework/spring-core@5.3.9?type=jar",
        Package("maven", "org.springframework:spring-core", "5.3.9"),
    ),
    ("pkg:Golang/github.com/gin-gonic/gin@v1.9.0#sub", Package("golang", "github.com/gin-gonic/gin", "v1.9.0")),
    ("pkg:npm/%40angular/core@17.0.0", Package("npm", "@angular/core", "17.0.0")),
    ("pkg:rpm/fedora/x@1-2.fc40?epoch=3&arch=noarch&upstream=y-1-2.src.rpm", Package("rpm", "x", "3:1-2.fc40", "noarch")),
    ("pkg:npm/lodash", Package("npm", "lodash", "")),
]


@pytest.mark.parametrize(("purl", "package"), READ)
def test_read(purl: str, package: Package) -> None:
    assert parse_purl(purl) == package


@pytest.mark.parametrize("text", ["", "npm/x@1", "pkg:", "pkg:npm", "pkg:npm/", "http://x/y", "pkg:/x"])
def test_what_is_no_package_url_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="purl"):
        parse_purl(text)


def test_a_nameless_package_has_no_purl() -> None:
    with pytest.raises(ValueError, match="name"):
        purl_of(Package("npm", "", "1"), Distro())


@pytest.mark.parametrize(
    ("kind", "name", "source", "expected"),
    [
        ("deb", "libssl3", "openssl", "openssl"),
        ("deb", "tar", "", "tar"),
        ("apk", "libcrypto3", "openssl", "openssl"),
        ("pypi", "Flask__Login.x", "", "flask-login-x"),
        ("npm", "@Types/Node", "", "@Types/Node"),
    ],
)
def test_advisory_name(kind: str, name: str, source: str, expected: str) -> None:
    assert advisory_name(kind, name, source) == expected
