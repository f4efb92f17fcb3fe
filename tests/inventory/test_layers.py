"""What each layer did: brought, upgraded and removed, whichever way a tar says it."""

import pytest

from hullmark.catalogers.base import Cataloger
from hullmark.inventory import Inventory
from hullmark.inventory.globs import Matcher
from hullmark.model import Origin, Package
from tests.inventory.stacks import Members, apk, metadata, removed, seen, stack, status
from tests.layers.tars import hardlink, symlink

DPKG, APK = "var/lib/dpkg/status", "lib/apk/db/installed"
SITE = "usr/lib/python3.11/site-packages"


def foo(version: str, python: str = "3.11") -> str:
    return f"usr/lib/python{python}/site-packages/foo-{version}.dist-info/METADATA"


def history(inventory: Inventory) -> set[tuple[str, int, int, str]]:
    """(name=version, layer that brought the package, layer that brought this version, version before)."""
    rows = inventory.packages.to_pylist()
    return {
        (f"{row['name']}={row['version']}", row["first_layer_index"], row["layer_index"], row["upgraded_from"])
        for row in rows
    }


def gone(inventory: Inventory) -> set[tuple[str, int, int, str]]:
    """(name=version, layer, layer that removed it, version that took its place)."""
    rows = inventory.removed.to_pylist()
    return {
        (f"{row['name']}={row['version']}", row["layer_index"], row["removed_layer_index"], row["replaced_by"])
        for row in rows
    }


History = set[tuple[str, int, int, str]]
CASES: dict[str, tuple[list[Members], History, History]] = {
    "one layer": ([{DPKG: status("a=1")}], {("a=1", 0, 0, "")}, set()),
    "an upgrade in a database": (
        [{DPKG: status("a=1", "b=1")}, {DPKG: status("a=2", "b=1")}],
        {("a=2", 0, 1, "1"), ("b=1", 0, 0, "")},
        {("a=1", 0, 1, "2")},
    ),
    "three versions": (
        [{DPKG: status("a=1")}, {DPKG: status("a=2")}, {"x": b""}, {DPKG: status("a=3")}],
        {("a=3", 0, 3, "2")},
        {("a=1", 0, 1, "2"), ("a=2", 1, 3, "3")},
    ),
    "removed from a database": (
        [{DPKG: status("a=1", "b=1")}, {DPKG: status("b=1")}],
        {("b=1", 0, 0, "")},
        {("a=1", 0, 1, "")},
    ),
    "removed and back": (
        [{DPKG: status("a=1")}, {DPKG: status()}, {DPKG: status("a=2")}],
        {("a=2", 2, 2, "")},
        {("a=1", 0, 1, "")},
    ),
    "another package in its place": (
        [{DPKG: status("a=1")}, {DPKG: status("b=2")}],
        {("b=2", 1, 1, "")},
        {("a=1", 0, 1, "")},
    ),
    "an upgrade that moves its file": (
        [{foo("1.0"): metadata("foo", "1.0")}, {f"{SITE}/.wh.foo-1.0.dist-info": b"", foo("2.0"): metadata("foo", "2.0")}],
        {("foo=2.0", 0, 1, "1.0")},
        {("foo=1.0", 0, 1, "2.0")},
    ),
    "an upgrade with the interpreter": (
        [{foo("1.0", "3.9"): metadata("foo", "1.0")}, {"usr/lib/.wh.python3.9": b"", foo("2.0"): metadata("foo", "2.0")}],
        {("foo=2.0", 0, 1, "1.0")},
        {("foo=1.0", 0, 1, "2.0")},
    ),
    "elsewhere is no upgrade": (
        [
            {foo("1.0"): metadata("foo", "1.0")},
            {f"{SITE}/.wh.foo-1.0.dist-info": b"", "srv/foo.egg-info": metadata("foo", "2.0")},
        ],
        {("foo=2.0", 1, 1, "")},
        {("foo=1.0", 0, 1, "")},
    ),
    "beside the old one is no upgrade": (
        [{foo("1.0"): metadata("foo", "1.0")}, {foo("2.0"): metadata("foo", "2.0")}],
        {("foo=1.0", 0, 0, ""), ("foo=2.0", 1, 1, "")},
        set(),
    ),
    "two kernels, both upgraded": (
        [{DPKG: status("k=1", "k=2")}, {DPKG: status("k=3", "k=4")}],
        {("k=3", 0, 1, "1"), ("k=4", 0, 1, "2")},
        {("k=1", 0, 1, "3"), ("k=2", 0, 1, "4")},
    ),
    "one database by two names": (
        [{"lib": symlink("usr/lib"), "usr/lib/apk/db/installed": apk("m=1-r0")}, {APK: apk("m=2-r0")}],
        {("m=2-r0", 0, 1, "1-r0")},
        {("m=1-r0", 0, 1, "2-r0")},
    ),
    "the folder of a database replaced": (
        [{DPKG: status("a=1")}, {"var/lib/dpkg": b"a file"}],
        set(),
        {("a=1", 0, 1, "")},
    ),
    "opaque folder": (
        [{DPKG: status("a=1")}, {"var/.wh..wh..opq": b""}, {"var/x": b""}],
        set(),
        {("a=1", 0, 1, "")},
    ),
    "opaque folder and a database put back": (
        [{DPKG: status("a=1", "b=1")}, {"var/.wh..wh..opq": b"", DPKG: status("a=2")}],
        {("a=2", 0, 1, "1")},
        {("a=1", 0, 1, "2"), ("b=1", 0, 1, "")},
    ),
    "a hard link to the database": (
        [{"srv/db": status("a=1"), DPKG: hardlink("srv/db")}, {"srv/db": status("a=2"), DPKG: hardlink("srv/db")}],
        {("a=2", 0, 1, "1")},
        {("a=1", 0, 1, "2")},
    ),
    "hidden by a symbolic link": (
        [{DPKG: status("a=1")}, {"var": symlink("elsewhere")}],
        set(),
        {("a=1", 0, 1, "")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_history(name: str) -> None:
    layers, there, removed_ones = CASES[name]
    found = stack(*layers)
    assert (history(found), gone(found)) == (there, removed_ones)


def test_columns_of_removed_packages() -> None:
    found = stack({"etc/os-release": b"ID=debian\nVERSION_ID=12\n", DPKG: status("a=1")}, {"var/.wh.lib": b""})
    row = found.removed.to_pylist()[0]
    layers = [row["layer"], row["removed_layer"]]
    assert len(set(layers)) == 2
    assert all(layer.startswith("sha256:") for layer in layers)
    assert (row["purl"], row["ecosystem"]) == ("pkg:deb/debian/a@1?arch=amd64&distro=debian-12", "Debian:12")


def _parse(_: str, data: bytes) -> "list[Package]":
    """A package a line: origin type name version."""
    rows = [line.split() for line in data.decode().splitlines()]
    return [Package(kind, name, version, origin=Origin(origin)) for origin, kind, name, version in rows]


STATED = Matcher([Cataloger("stated", "generic", ("**/*.stated",), lambda path, data: iter(_parse(path, data)))])
REDIS = b"binary generic redis 7.2.4"
INSTALLED = b"installed npm a 1\ninstalled pypi Foo.Bar 1\nbinary generic node 20\n"
EVIDENCE: dict[str, tuple[bytes, set[str]]] = {
    "a lock file of which something is installed": (b"lock npm a 2\nlock npm b 1\n", set()),
    "a lock file of which nothing is installed": (b"lock npm b 1\nlock npm c 1\n", {"b=1", "c=1"}),
    "a lock file by another spelling": (b"lock pypi foo_bar 3\nlock pypi x 1\n", set()),
    "a lock file of another type": (b"lock pypi a 1\n", {"a=1"}),
    "a bill": (b"sbom npm a 1\nsbom npm a 2\nsbom npm b 1\n", {"a=2", "b=1"}),
    "a bill by another spelling": (b"sbom pypi foo-bar 1\n", set()),
    "a bill of a program": (b"sbom generic node 20\nsbom generic node 18\n", {"node=18"}),
    "a bill does not answer a lock file": (b"lock npm z 1\nsbom npm z 2\n", {"z=1", "z=2"}),
}


@pytest.mark.parametrize("name", EVIDENCE)
def test_evidence(name: str) -> None:
    stated, left = EVIDENCE[name]
    found = stack({"app/i.stated": INSTALLED}, {"app/e.stated": stated}, wanting=STATED)
    rows = [row for row in found.packages.to_pylist() if row["path"] == "app/e.stated"]
    assert {f"{row['name']}={row['version']}" for row in rows} == left
    assert {row["origin"] for row in rows} <= {"lock", "sbom"}
    assert found.packages.num_rows == 3 + len(left)


def test_a_lock_file_of_what_is_no_longer_installed() -> None:
    layers: list[Members] = [{"i.stated": b"installed npm a 1\n", "l.stated": b"lock npm a 1\n"}, {".wh.i.stated": b""}]
    found = stack(*layers, wanting=STATED)
    assert [(row["name"], row["origin"]) for row in found.packages.to_pylist()] == [("a", "lock")]
    assert removed(found) == {("i.stated", "a=1", 0, 1)}
    assert removed(stack(*layers, {".wh.l.stated": b""}, wanting=STATED)) == {
        ("i.stated", "a=1", 0, 1)
    }  # only what was installed


SITE = "usr/lib/python3/dist-packages"
NEW, OLD = "a-1.dist-info/METADATA", "a.egg-info/PKG-INFO"
RECORDS: dict[str, tuple[list[str], set[str]]] = {
    "a folder beside": ([NEW, OLD], {NEW}),
    "a file beside": ([NEW, "a-1.egg-info"], {NEW}),
    "in another folder": ([NEW, f"x/{OLD}"], {NEW, f"x/{OLD}"}),
    "an old one alone": ([OLD], {OLD}),
}


@pytest.mark.parametrize(("files", "left"), RECORDS.values(), ids=RECORDS)
def test_old_and_new_records_of_a_python_distribution(files: list[str], left: set[str]) -> None:
    found = stack({f"{SITE}/{file}": metadata("a", "1") for file in files})
    assert {path.removeprefix(f"{SITE}/") for path, _, _ in seen(found)} == left


def test_an_old_record_of_another_version_is_another_package() -> None:
    found = stack({f"{SITE}/a-1.dist-info/METADATA": metadata("a", "1"), f"{SITE}/a.egg-info/PKG-INFO": metadata("a", "2")})
    assert found.packages.num_rows == 2


COMPONENT = "opt/bitnami/redis/.spdx-redis.stated"
BITNAMI: dict[str, tuple[Members, set[str]]] = {
    "its program": ({COMPONENT: b"installed bitnami redis 7.2.4-0", "opt/bitnami/redis/bin/r.stated": REDIS}, {COMPONENT}),
    "its program, of two numbers": (
        {COMPONENT: b"installed bitnami redis 7.2.4-11-1", "opt/bitnami/redis/bin/r.stated": REDIS},
        {COMPONENT},
    ),
    "a longer version": (
        {COMPONENT: b"installed bitnami redis 7.2.41-0", "opt/bitnami/redis/bin/r.stated": REDIS},
        {COMPONENT, "opt/bitnami/redis/bin/r.stated"},
    ),
    "another version": (
        {COMPONENT: b"installed bitnami redis 7.4.1-2", "opt/bitnami/redis/bin/r.stated": REDIS},
        {COMPONENT, "opt/bitnami/redis/bin/r.stated"},
    ),
    "another program in its folder": (
        {COMPONENT: b"installed bitnami valkey 7.2.4-0", "opt/bitnami/redis/bin/r.stated": REDIS},
        {COMPONENT, "opt/bitnami/redis/bin/r.stated"},
    ),
    "a program elsewhere": (
        {COMPONENT: b"installed bitnami redis 7.2.4-0", "usr/bin/r.stated": REDIS},
        {COMPONENT, "usr/bin/r.stated"},
    ),
    "no component": ({"opt/bitnami/redis/bin/r.stated": REDIS}, {"opt/bitnami/redis/bin/r.stated"}),
}


@pytest.mark.parametrize(("members", "left"), BITNAMI.values(), ids=BITNAMI)
def test_a_program_of_bitnamis_component_is_the_component(members: Members, left: set[str]) -> None:
    assert {path for path, _, _ in seen(stack(members, wanting=STATED))} == left
