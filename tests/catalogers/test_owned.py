"""What OS packages own, as their databases say it: paths as in a layer, folders left out where the database shows them."""

from pathlib import Path

import pytest

from hullmark.catalogers import catalogers
from hullmark.model import Owned, Package, Problem
from tests.catalogers.cases import FIXTURES, packages, run
from tests.conftest import shared_folder

NAMED = {cataloger.name: cataloger for cataloger in catalogers()}
OWNED: dict[str, tuple[str, str, set[tuple[str, str]]]] = {
    "chisel": (
        "chisel",
        "chisel/plain",
        {("openssl", "usr/bin/openssl"), ("libc6", "usr/lib/x86_64-linux-gnu/libc.so.6")},
    ),
    "dpkg": ("dpkg-files", "dpkg_files/lists", {("libc6", "lib/x86_64-linux-gnu/libc.so.6")}),
    "opkg": ("opkg", "opkg/states", {("ubus", "usr/sbin/ubusd")}),
    "pacman": ("pacman", "pacman/arch", {("openssl", "usr/bin/openssl")}),
    "portage": (
        "portage",
        "portage/gentoo",
        {("sys-apps/portage", "usr/bin/emerge"), ("sys-apps/portage", "usr/bin/ebuild")},
    ),
    "rpm": ("rpm", "rpm/sqlite", {("openssl-libs", "usr/lib64/libssl.so.3"), ("openssl-libs", "etc/pki/tls/openssl.cnf")}),
}


@pytest.mark.parametrize("name", OWNED)
def test_owned(name: str) -> None:
    cataloger, case, expected = OWNED[name]
    assert _owned(cataloger, FIXTURES / case / "input") == expected


@pytest.mark.parametrize(
    ("cataloger", "path", "data", "expected"),
    [
        ("apk", "lib/apk/db/installed", b"P:a\nV:1\nF:\nR:top\nF:bin\nR:b\nZ:Q1x\nR:c d\n", {"top", "bin/b", "bin/c d"}),
        ("apk", "lib/apk/db/installed", b"P:a\nV:1\nF:usr\n", set()),
        ("dpkg-status.d", "var/lib/dpkg/status.d/a.md5sums", b"0" * 32 + b"  usr/lib/x y\n", {"usr/lib/x y"}),
        ("dpkg-files", "var/lib/dpkg/info/a.list", "/usr\n/usr/é\n".encode("latin-1"), {"usr/\ufffd"}),
        ("pacman", "var/lib/pacman/local/a-1:2-3/files", b"%FILES%\nusr/\nusr/a\nusr/a b\n", {"usr/a", "usr/a b"}),
    ],
)  # fmt: skip
def test_lists(cataloger: str, path: str, data: bytes, expected: set[str]) -> None:
    found = [item for item in NAMED[cataloger].parse(path, data) if isinstance(item, Owned)]
    assert [(item.owner, set(item.paths)) for item in found] == ([("a", expected)] if expected else [])


def test_arch_and_gentoo_in_the_mixed_root() -> None:
    """Syft's own test names pacman 6.0.1-5 and skopeo 1.5.1; the files were counted by hand."""
    root = shared_folder("fixtures", "packages", "rootfs-mixed", "syft-image-pkg-coverage", "input")
    for name, package, files in (
        ("pacman", Package("alpm", "pacman", "6.0.1-5", "x86_64", licence="GPL"), 19),
        ("portage", Package("ebuild", "app-containers/skopeo", "1.5.1"), 4),
    ):
        found = run(NAMED[name], root)
        assert packages(found) == [package]
        assert [len(item.paths) for item in found if isinstance(item, Owned)] == [files]


def test_one_long_folder_of_many_files_is_bounded() -> None:
    data = b"P:a\nV:1\nF:" + b"x" * 4000 + b"\n" + b"R:f\n" * 10_000 + b"\nP:b\nV:2\nF:\nR:c\n"
    apk = list(NAMED["apk"].parse("lib/apk/db/installed", data))
    assert [item.name for item in apk if isinstance(item, Package)] == ["a", "b"]
    assert [item.owner for item in apk if isinstance(item, Owned)] == ["b"]
    assert [item.reason for item in apk if isinstance(item, Problem)] == [
        "stanza 1 (a): its list of files is larger than any real one, so it is not known what it owns"
    ]


def _owned(cataloger: str, root: Path) -> set[tuple[str, str]]:
    found = [item for item in run(NAMED[cataloger], root) if isinstance(item, Owned)]
    return {(item.owner, path) for item in found for path in item.paths}
