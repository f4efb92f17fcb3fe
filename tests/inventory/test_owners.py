"""Python packages and programs that an OS package put there, by way of dpkg's, apk's and distroless' file lists."""

import pytest

from hullmark.catalogers import catalogers
from hullmark.catalogers.base import Cataloger
from hullmark.inventory import Inventory
from hullmark.inventory.globs import Matcher
from hullmark.model import Origin, Package
from tests.inventory.stacks import Members, apk, metadata, read_members, stack, status
from tests.layers.tars import hardlink, symlink

DPKG = "var/lib/dpkg/status"
LISTS = "var/lib/dpkg/info/"
FOO = "usr/lib/python3/dist-packages/foo-1.dist-info/METADATA"
PROGRAM = b"\x7fTST"
PROGRAMS = Cataloger(
    "programs", "generic", (), lambda path, _: iter([Package("generic", path, "1", origin=Origin.BINARY)]), magic=(PROGRAM,)
)
WANTING = Matcher([*catalogers(), PROGRAMS])
SYSTEM: Members = {DPKG: status("python3-foo=1-2")}
LISTED: Members = {f"{LISTS}python3-foo.list": b"/.\n/usr\n/usr/lib\n/%s\n" % FOO.encode()}
FOO_FILE: Members = {FOO: metadata("foo", "1")}
BASE: Members = {**dict(SYSTEM), **dict(LISTED), **dict(FOO_FILE)}


def owners(inventory: Inventory) -> dict[str, str]:
    rows = inventory.packages.to_pylist()
    return {row["name"]: row["owner"] for row in rows if row["type"] not in {"deb", "apk"}}


CASES: dict[str, tuple[list[Members], dict[str, str]]] = {
    "owned": ([BASE], {"foo": "deb/python3-foo"}),
    "list for an architecture": (
        [{**dict(SYSTEM), **dict(FOO_FILE), f"{LISTS}python3-foo:amd64.list": f"/{FOO}\n".encode()}],
        {"foo": "deb/python3-foo"},
    ),
    "no list": ([{**dict(SYSTEM), **dict(FOO_FILE)}], {"foo": ""}),
    "list of a package that is not installed": ([{**dict(LISTED), **dict(FOO_FILE)}], {"foo": ""}),
    "another path": ([{**dict(SYSTEM), **dict(LISTED), f"opt/{FOO}": metadata("foo", "1")}], {"foo": ""}),
    "database, list and file in three layers": ([FOO_FILE, LISTED, SYSTEM], {"foo": "deb/python3-foo"}),
    "put over it later": ([BASE, {FOO: metadata("foo", "2")}], {"foo": ""}),
    "written again as it was": ([BASE, FOO_FILE], {"foo": "deb/python3-foo"}),
    "upgraded by the system": (
        [BASE, {DPKG: status("python3-foo=2-1"), FOO: metadata("foo", "2")}],
        {"foo": "deb/python3-foo"},
    ),
    "removed by the system, installed by hand": ([BASE, {DPKG: status("x=1"), FOO: metadata("foo", "1")}], {"foo": ""}),
    "merged /usr, listed by the old name": (
        [{"lib": symlink("usr/lib"), **dict(BASE), f"{LISTS}python3-foo.list": f"/{FOO.removeprefix('usr/')}\n".encode()}],
        {"foo": "deb/python3-foo"},
    ),
    "merged /usr, unpacked by the old name": (
        [{"lib": symlink("usr/lib")}, {**dict(SYSTEM), **dict(LISTED), FOO.removeprefix("usr/"): metadata("foo", "1")}],
        {"foo": "deb/python3-foo"},
    ),
    "a program by the old name": (
        [
            {"bin": symlink("usr/bin"), "usr/bin/tool": PROGRAM},
            {DPKG: status("tool=1"), f"{LISTS}tool.list": b"/bin/tool\n", "usr/bin/tool": PROGRAM},
        ],
        {"usr/bin/tool": "deb/tool"},
    ),
    "a program by its other name": (
        [{"a": PROGRAM, "b": hardlink("a"), DPKG: status("tool=1"), f"{LISTS}tool.list": b"/a\n/b\n"}, {".wh.a": b""}],
        {"a": "deb/tool"},
    ),
    "apk": (
        [
            {
                "lib/apk/db/installed": apk("py3-foo=1-r0")
                + f"F:usr\nF:{FOO.rpartition('/')[0]}\nR:RECORD\nR:METADATA\n\n".encode()
                + apk("musl=1-r0"),
                FOO: metadata("foo", "1"),
            }
        ],
        {"foo": "apk/py3-foo"},
    ),
    "distroless": (
        [
            {
                "var/lib/dpkg/status.d/python3-foo": status("python3-foo=1-2"),
                "var/lib/dpkg/status.d/python3-foo.md5sums": f"{'0' * 32}  {FOO}\n".encode(),
                FOO: metadata("foo", "1"),
            }
        ],
        {"foo": "deb/python3-foo"},
    ),
    "two owners, the one that came last": (
        [BASE, {DPKG: status("python3-foo=1-2", "a=1"), f"{LISTS}a.list": f"/{FOO}".encode()}],
        {"foo": "deb/a"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_owner(name: str) -> None:
    layers, expected = CASES[name]
    assert owners(stack(*layers, wanting=WANTING)) == expected


def test_system_packages_have_no_owner() -> None:
    found = stack({DPKG: status("dpkg=1"), f"{LISTS}dpkg.list": f"/{DPKG}\n".encode()})
    assert found.packages["owner"].to_pylist() == [""]


def test_only_paths_that_matter_are_kept() -> None:
    paths = "".join(f"/usr/share/doc/file{number}\n" for number in range(5000))
    table = read_members({**dict(BASE), f"{LISTS}x.list": f"{paths}/{FOO}\n".encode()}).table
    owned = [row for row in table.to_pylist() if row["kind"] == "owned"]
    assert [(row["type"], row["name"], row["path"]) for row in owned] == [("deb", "python3-foo", FOO), ("deb", "x", FOO)]
