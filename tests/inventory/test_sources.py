"""Chisel's manifest and a rock's list in one image: each package once, with the source that the list states."""

import json

from hullmark.catalogers.chisel import SOURCELESS
from hullmark.inventory import Inventory
from tests.inventory.stacks import Members, reasons, stack, status

MANIFEST, LIST, DPKG = "var/lib/chisel/manifest.wall", "usr/share/rocks/dpkg.query", "var/lib/dpkg/status"
UBUNTU: Members = {"etc/os-release": b'ID=ubuntu\nVERSION_ID="24.04"\n'}


def manifest(**packages: str) -> bytes:
    lines = [{"kind": "package", "name": name, "version": version, "arch": "amd64"} for name, version in packages.items()]
    head = {"jsonwall": "1.0", "schema": "1.0", "count": len(lines) + 1}
    return b"".join(json.dumps(line).encode() + b"\n" for line in [head, *lines])


def rock(*rows: str) -> bytes:
    return "\n".join(["# os-release", "ID=ubuntu", "# dpkg-query", *(f"ii ,{row}" for row in rows), ""]).encode()


def rows(inventory: Inventory) -> set[tuple[str, str, str, str]]:
    columns = ["name", "version", "source_name", "origin"]
    found = [tuple(row.values()) for row in inventory.packages.select(columns).to_pylist()]
    assert len(set(found)) == len(found)
    return set(found)


LIBC, BASE = "libc6:amd64,2.39,glibc,2.39", "base-files,13,base-files,13"
CHISELLED = manifest(libc6="2.39", **{"base-files": "13"})


def test_each_once_with_its_source() -> None:
    found = stack(UBUNTU, {MANIFEST: CHISELLED, LIST: rock(LIBC, BASE)})
    assert rows(found) == {("base-files", "13", "", "installed"), ("libc6", "2.39", "glibc", "installed")}
    assert {row["advisory_name"] for row in found.packages.to_pylist()} == {"glibc", "base-files"}
    assert reasons(found) == []


def test_the_sources_version_is_compared() -> None:
    found = stack(UBUNTU, {MANIFEST: manifest(libgcc="14-1"), LIST: rock("libgcc,14-1,gcc-14,14.2-1")})
    assert [row["advisory_version"] for row in found.packages.to_pylist()] == ["14.2-1"]


def test_what_the_list_does_not_name_lacks_its_source() -> None:
    found = stack(UBUNTU, {MANIFEST: CHISELLED, LIST: rock(LIBC)})
    assert rows(found) == {("base-files", "13", "", "installed"), ("libc6", "2.39", "glibc", "installed")}
    assert reasons(found) == [(MANIFEST, SOURCELESS)]


def test_another_version_is_another_package() -> None:
    found = stack(UBUNTU, {MANIFEST: manifest(libc6="2.38"), LIST: rock(LIBC)})
    assert rows(found) == {("libc6", "2.38", "", "installed"), ("libc6", "2.39", "glibc", "sbom")}
    assert reasons(found) == [(MANIFEST, SOURCELESS)]


def test_a_manifest_alone() -> None:
    assert reasons(stack(UBUNTU, {MANIFEST: CHISELLED})) == [(MANIFEST, SOURCELESS)]


def test_dpkgs_own_word_on_sources_stays() -> None:
    found = stack(UBUNTU, {DPKG: status("libc6=2.39/eglibc"), LIST: rock(LIBC)})
    assert ("libc6", "2.39", "eglibc", "installed") in rows(found)


def test_a_list_of_a_lower_layer_that_is_gone() -> None:
    found = stack(UBUNTU, {MANIFEST: CHISELLED, LIST: rock(LIBC, BASE)}, {"usr/share/rocks/.wh.dpkg.query": b""})
    assert reasons(found) == [(MANIFEST, SOURCELESS)]
