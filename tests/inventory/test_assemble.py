"""Stacked layers: what is hidden, replaced or reached by another name, and which layer brought what."""

import pytest

from hullmark.inventory import assemble
from hullmark.lake.schema import PACKAGES, PROBLEMS
from hullmark.model import Distro
from hullmark.versions import key
from tests.inventory.stacks import IMAGE, Members, apk, metadata, read_members, reasons, seen, stack, status
from tests.layers.tars import hardlink, symlink

DPKG = "var/lib/dpkg/status"
APK = "lib/apk/db/installed"
FOO = "opt/app/foo-1.dist-info/METADATA"
BAR = "opt/app/bar-2.dist-info/METADATA"
BASE: Members = {FOO: metadata("foo", "1"), BAR: metadata("bar", "2"), DPKG: status("a=1", "b=1")}
OS = {(DPKG, "a=1", 0), (DPKG, "b=1", 0)}
FOO_ROW, BAR_ROW = (FOO, "foo=1", 0), (BAR, "bar=2", 0)

# What a second layer does to BASE, and what is left of its two Python packages.
SECOND: dict[str, tuple[Members, set[tuple[str, str, int]]]] = {
    "nothing": ({"etc/x": b""}, {FOO_ROW, BAR_ROW}),
    "whiteout of a file": ({"opt/app/foo-1.dist-info/.wh.METADATA": b""}, {BAR_ROW}),
    "whiteout of its folder": ({"opt/app/.wh.foo-1.dist-info": b""}, {BAR_ROW}),
    "whiteout far above": ({".wh.opt": b""}, set()),
    "whiteout of a name alike": ({"opt/.wh.ap": b"", "opt/.wh.app2": b"", "opt/app/.wh.foo-1": b""}, {FOO_ROW, BAR_ROW}),
    "opaque folder": ({"opt/app/.wh..wh..opq": b""}, set()),
    "opaque folder elsewhere": ({"opt/application/.wh..wh..opq": b""}, {FOO_ROW, BAR_ROW}),
    "opaque folder and a file put back": (
        {"opt/app/.wh..wh..opq": b"", FOO: metadata("foo", "1")},
        {FOO_ROW},  # it was there after either layer
    ),
    "whiteout and the same name in one layer": (
        {"opt/app/.wh.foo-1.dist-info": b"", FOO: metadata("foo", "3")},
        {(FOO, "foo=3", 1), BAR_ROW},
    ),
    "file in place of a folder": ({"opt/app": b"a file"}, set()),
    "file in place of a folder above a name alike": ({"opt/ap": b"a file"}, {FOO_ROW, BAR_ROW}),
    "device in place of a folder": ({"opt/app/foo-1.dist-info": (b"3", "")}, {BAR_ROW}),
    "symbolic link in place of a folder": ({"opt/app": symlink("elsewhere")}, set()),
    "folder entry merges": ({"opt": None, "opt/app": None, "opt/app/foo-1.dist-info": None}, {FOO_ROW, BAR_ROW}),
    "folder in place of a file": ({FOO: None}, {BAR_ROW}),
    "file replaced by nothing readable": ({FOO: b""}, {BAR_ROW}),
    "AUFS' own files": ({".wh..wh.aufs": b"", ".wh..wh.plnk": None, ".wh..wh.orph": None}, {FOO_ROW, BAR_ROW}),
    "leading ./ and doubled slashes": ({"./opt//app/.wh.foo-1.dist-info": b""}, {BAR_ROW}),
    "absolute name": ({"/opt/app/.wh.foo-1.dist-info": b""}, {BAR_ROW}),
    "dots that stay in the root": ({"../../opt/app/../app/.wh.foo-1.dist-info": b""}, {BAR_ROW}),
}  # fmt: skip


@pytest.mark.parametrize("name", SECOND)
def test_second_layer(name: str) -> None:
    members, left = SECOND[name]
    assert seen(stack(BASE, members)) == left | OS
    assert seen(stack({"etc/y": b""}, BASE, members, {"etc/z": b""})) == {
        (path, what, at + 1) for path, what, at in left | OS
    }


def test_a_whiteout_hides_nothing_above_it() -> None:
    assert seen(stack({"opt/.wh.app": b"", ".wh.var": b""}, BASE)) == {(p, w, 1) for p, w, _ in {FOO_ROW, BAR_ROW} | OS}


def test_what_comes_back_is_new() -> None:
    gone: Members = {"opt/app/.wh.foo-1.dist-info": b""}
    assert seen(stack(BASE, gone, {FOO: metadata("foo", "1")})) == {(FOO, "foo=1", 2), BAR_ROW} | OS
    assert seen(stack(BASE, {FOO: metadata("foo", "1")})) == {FOO_ROW, BAR_ROW} | OS  # it was there all the time


def test_layer_of_each_package_in_a_file_that_grows() -> None:
    found = stack(
        {DPKG: status("a=1", "b=1", "gone=1")},
        {DPKG: status("a=1", "b=2", "c=1")},
        {"etc/x": b""},
        {DPKG: status("a=1", "b=2", "gone=1")},
        {DPKG: status("b=2", "a=1", "c=1", "gone=1")},
    )
    expected = {("a=1", 0), ("b=2", 1), ("gone=1", 3), ("c=1", 4)}
    assert seen(found) == {(DPKG, what, layer) for what, layer in expected}


def test_architectures_are_different_packages() -> None:
    both = status("libc6=2") + b"\n" + status("libc6=2").replace(b"amd64", b"i386")
    found = stack({DPKG: status("libc6=2")}, {DPKG: both})
    rows = found.packages.select(["arch", "layer_index"]).to_pylist()
    assert rows == [{"arch": "amd64", "layer_index": 0}, {"arch": "i386", "layer_index": 1}]


def test_a_gap_of_the_whole_file_ends_the_history() -> None:
    assert seen(stack({DPKG: status("a=1")}, {"var/lib/.wh.dpkg": b""}, {DPKG: status("a=1")})) == {(DPKG, "a=1", 2)}
    assert seen(stack({DPKG: status("a=1")}, {"var/lib/dpkg": b"a file"}, {DPKG: status("a=1")})) == {(DPKG, "a=1", 2)}


MERGED: Members = {"lib": symlink("usr/lib"), "usr/lib/apk/db/installed": apk("musl=1.2.4-r1")}
REAL = "usr/lib/apk/db/installed"


def test_one_database_by_two_names() -> None:
    assert seen(stack(MERGED)) == {(REAL, "musl=1.2.4-r1", 0)}
    upgraded = {APK: apk("musl=1.2.4-r1", "zlib=1.3-r0")}
    assert seen(stack(MERGED, upgraded)) == {(REAL, "musl=1.2.4-r1", 0), (REAL, "zlib=1.3-r0", 1)}
    assert seen(stack({"lib": symlink("/usr/lib")}, {REAL: apk("a=1-r0")}, {"lib/apk/db/.wh.installed": b""})) == set()
    assert seen(stack(MERGED, {"lib/apk/.wh..wh..opq": b""})) == set()


def test_links_in_links() -> None:
    layers: list[Members] = [
        {"lib": symlink("./up/../usr/lib"), "usr": symlink("/system/v1/usr"), "up": None},
        {"system/v1/usr/lib/python3/foo-1.dist-info/METADATA": metadata("foo", "1")},
        {"lib/python3/foo-1.dist-info/METADATA": metadata("foo", "2")},
    ]
    assert seen(stack(*layers)) == {("system/v1/usr/lib/python3/foo-1.dist-info/METADATA", "foo=2", 2)}


def test_a_folder_in_place_of_a_link_ends_it() -> None:
    found = stack(MERGED, {"lib": None, APK: apk("other=1-r0")})
    assert seen(found) == {(REAL, "musl=1.2.4-r1", 0), (APK, "other=1-r0", 1)}


def test_a_link_that_is_removed_is_followed_no_more() -> None:
    found = stack(MERGED, {".wh.lib": b""}, {APK: apk("other=1-r0")})
    assert seen(found) == {(REAL, "musl=1.2.4-r1", 0), (APK, "other=1-r0", 2)}


def test_circles_of_links_end() -> None:
    circle: Members = {
        "lib": symlink("lib2"),
        "lib2": symlink("lib"),
        "x": symlink("x"),
        "x/y/a.egg-info": metadata("a", "1"),
    }
    assert seen(stack(circle, {APK: apk("musl=1-r0")})) == {("x/y/a.egg-info", "a=1", 0), (APK, "musl=1-r0", 1)}


def test_release_file_through_its_link() -> None:
    release = b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
    found = stack({"usr/lib/os-release": release, "etc/os-release": symlink("../usr/lib/os-release")}, {DPKG: status("a=1")})
    assert (found.distro.id, found.distro.version_id) == ("debian", "12")
    assert found.packages["ecosystem"].to_pylist() == ["Debian:12"]
    assert reasons(found) == []


def test_release_of_the_uppermost_layer() -> None:
    found = stack({"etc/os-release": b"ID=debian\nVERSION_ID=11\n"}, {"etc/os-release": b"ID=debian\nVERSION_ID=12\n"})
    assert found.distro == Distro(id="debian", version_id="12")
    assert stack({"etc/os-release": b"ID=debian\n"}, {".wh.etc": b""}).distro == Distro()


def test_a_link_to_what_is_not_read_is_a_problem() -> None:
    found = stack({"srv/status": status("a=1")}, {DPKG: symlink("../../../srv/status")})
    assert reasons(found) == [(DPKG, "it is a link to srv/status, which is not read")]
    found = stack({"srv/dpkg/status": status("a=1"), "var/lib/dpkg": symlink("/srv/dpkg")})
    assert reasons(found) == [(DPKG, "it is a link to srv/dpkg/status, which is not read")]
    assert reasons(stack({DPKG: symlink("../nowhere")})) == []


def test_problems_go_with_their_file() -> None:
    broken: Members = {FOO: b"no metadata"}
    assert [path for path, _ in reasons(stack(broken))] == [FOO]
    assert reasons(stack(broken, {FOO: metadata("foo", "1")})) == []
    assert reasons(stack(broken, {"opt/.wh.app": b""})) == []
    problem = stack(broken).problems.to_pylist()[0]
    assert problem["layer"] == read_members(broken).diff_id
    assert problem["image_digest"] == IMAGE.digest


def test_columns() -> None:
    layers: list[Members] = [
        {
            "etc/os-release": b"ID=debian\nVERSION_ID=12\n",
            DPKG: status("libssl3=3.0.11-1/openssl", "x=1-1+b1/y=1-1", "bad=1-"),
        },
        {
            "a/node_modules/@s/n/package.json": b'{"name": "@s/n", "version": "1.2.3"}',
            "a/Foo.Bar.egg-info": metadata("Foo.Bar", "1"),
        },
    ]
    found = stack(*layers)
    assert found.packages.schema == PACKAGES
    assert found.problems.schema == PROBLEMS
    rows = {row["name"]: row for row in found.packages.to_pylist()}
    ssl, x, bad, node, foo = (rows[name] for name in ("libssl3", "x", "bad", "@s/n", "Foo.Bar"))
    assert (ssl["advisory_name"], ssl["advisory_version"], ssl["version_key"]) == (
        "openssl",
        "3.0.11-1",
        key("dpkg", "3.0.11-1"),
    )
    assert (x["advisory_name"], x["advisory_version"], x["version_key"]) == ("y", "1-1", key("dpkg", "1-1"))
    assert (x["source_name"], x["source_version"]) == ("y", "1-1")
    assert x["purl"] == "pkg:deb/debian/x@1-1%2Bb1?arch=amd64&distro=debian-12&upstream=y%401-1"
    assert bad["version_key"] is None
    assert [(path, reason[:4]) for path, reason in reasons(found)] == [(DPKG, "bad ")]
    assert (node["ecosystem"], node["advisory_name"], node["purl"]) == ("npm", "@s/n", "pkg:npm/%40s/n@1.2.3")
    assert (foo["ecosystem"], foo["advisory_name"], foo["version_key"]) == ("PyPI", "foo-bar", key("pep440", "1"))
    assert foo["layer"] == read_members(layers[1]).diff_id
    assert {row["image_digest"] for row in rows.values()} == {IMAGE.digest}


def test_no_layers() -> None:
    found = assemble(IMAGE, [])
    assert (found.distro, found.packages.num_rows, found.problems.num_rows) == (Distro(), 0, 0)
    assert seen(stack({}, {})) == set()


def test_hard_links() -> None:
    assert seen(stack({"srv/m": metadata("m", "1"), "x/m.dist-info/METADATA": hardlink("srv/m")})) == {
        ("x/m.dist-info/METADATA", "m=1", 0)
    }
    twice = stack({FOO: metadata("foo", "1"), "y/foo-1.dist-info/METADATA": hardlink(FOO)})
    assert seen(twice) == {FOO_ROW, ("y/foo-1.dist-info/METADATA", "foo=1", 0)}
    far = stack({"srv/m": metadata("m", "1")}, {FOO: hardlink("srv/m")})
    assert reasons(far) == [(FOO, "it is a hard link to srv/m, which is not in the same layer")]
