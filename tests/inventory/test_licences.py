"""Licences that Debian's packages state in a file of their own, through links and layers."""

import pytest

from tests.inventory.stacks import Members, stack, status
from tests.layers.tars import symlink

DPKG, DOC = "var/lib/dpkg/status", "usr/share/doc"
MIT, ZLIB = (f"Format: x\n\nFiles: *\nCopyright: x\nLicense: {name}\n".encode() for name in ("Expat", "Zlib"))
BASE: Members = {DPKG: status("a=1", "b=1"), f"{DOC}/a/copyright": MIT}


def licences(*layers: Members) -> dict[str, str]:
    rows = stack(*layers).packages.select(["name", "licence"]).to_pylist()
    return {row["name"]: row["licence"] for row in rows}


CASES: dict[str, tuple[list[Members], dict[str, str]]] = {
    "a file": ([BASE], {"a": "MIT", "b": ""}),
    "a folder that is a link": ([BASE, {f"{DOC}/b": symlink("a")}], {"a": "MIT", "b": "MIT"}),
    "an absolute link": ([BASE, {f"{DOC}/b": symlink("/usr/share/doc/a")}], {"a": "MIT", "b": "MIT"}),
    "a file that is a link": ([BASE, {f"{DOC}/b/copyright": symlink("../a/copyright")}], {"a": "MIT", "b": "MIT"}),
    "links in a row": ([BASE, {f"{DOC}/b": symlink("c"), f"{DOC}/c": symlink("a")}], {"a": "MIT", "b": "MIT"}),
    "links in a circle": ([BASE, {f"{DOC}/b": symlink("c"), f"{DOC}/c": symlink("b")}], {"a": "MIT", "b": ""}),
    "a link to nothing": ([BASE, {f"{DOC}/b": symlink("z")}], {"a": "MIT", "b": ""}),
    "replaced by a later layer": ([BASE, {f"{DOC}/a/copyright": ZLIB}], {"a": "Zlib", "b": ""}),
    "removed by a later layer": ([BASE, {f"{DOC}/.wh.a": b""}], {"a": "", "b": ""}),
    "a folder in place of a link": (
        [{f"{DOC}/b": symlink("a")}, BASE, {f"{DOC}/.wh.b": b""}, {f"{DOC}/b/copyright": ZLIB}], {"a": "MIT", "b": "Zlib"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_licence(name: str) -> None:
    layers, expected = CASES[name]
    assert licences(*layers) == expected


def test_a_link_is_no_problem() -> None:
    assert not stack(BASE, {f"{DOC}/b/copyright": symlink("../../common-licenses/GPL")}).problems.num_rows


def test_of_other_packages_nothing_is_changed() -> None:
    wheel = {"usr/lib/python3/dist-packages/a-1.dist-info/METADATA": b"Name: a\nVersion: 1\nLicense: BSD\n"}
    rows = stack(BASE, wheel).packages.select(["type", "licence"]).to_pylist()
    assert {row["licence"] for row in rows if row["type"] == "pypi"} == {"BSD"}
