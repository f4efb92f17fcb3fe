"""Layers as real programs pack them, beside what real programs say is in them."""

import io
import os
import subprocess
from pathlib import Path

import pytest

from hullmark.inventory import assemble, read_layer
from hullmark.settings import Limits
from tests.conftest import require_program
from tests.inventory.stacks import IMAGE, metadata, seen, stack
from tests.layers.tars import layer_of, walk

FOO = "opt/foo-1.dist-info/METADATA"


def _packed(root: Path, *options: str) -> bytes:
    command = [require_program("tar"), "-C", str(root), "-c", *options, "."]
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / FOO).parent.mkdir(parents=True)
    (tmp_path / FOO).write_bytes(metadata("foo", "1"))
    with (tmp_path / "holes.egg-info").open("wb") as file:  # holes before, between and after
        for place in range(1, 60):
            file.seek(place * 65536)
            file.write(metadata("holes", "2") if place == 40 else b"\n")
        file.truncate(70 * 65536)
    os.link(tmp_path / FOO, tmp_path / "aaa")  # which tar meets first, and stores FOO as a link to it
    (tmp_path / "link").symlink_to("opt")
    return tmp_path


@pytest.mark.parametrize("tar_format", ["gnu", "posix", "ustar", "v7", "oldgnu"])
def test_formats(root: Path, tar_format: str) -> None:
    deep = root / ("d" * 60) / ("e" * 60)
    if tar_format not in {"v7", "ustar"}:
        deep = deep / ("f" * 120)
    if tar_format != "v7":
        deep.mkdir(parents=True)
        (deep / "g.egg-info").write_bytes(metadata("g", "3"))
    data = _packed(root, f"--format={tar_format}")
    inventory = read_layer(io.BytesIO(data), layer_of(data), Limits(), lambda: io.BytesIO(data))
    rows = inventory.table.to_pylist()
    found = {row["name"] for row in rows if row["kind"] == "package"}
    assert found == {"foo", "holes"} | ({"g"} if tar_format != "v7" else set())
    there = {str(path.relative_to(root)) for path in root.rglob("*")}
    assert {row["path"] for row in rows if row["wanted"] is not None} == there


@pytest.mark.parametrize(
    "options", [["--format=gnu"], *(["--format=posix", f"--sparse-version={n}"] for n in ("0.0", "0.1", "1.0"))]
)
def test_sparse(root: Path, options: list[str]) -> None:
    data = _packed(root, "--sparse", "--hole-detection=raw", *options)
    content = next(content for entry, content in walk(data) if entry.name.endswith("holes.egg-info"))
    assert content == (root / "holes.egg-info").read_bytes()
    assert len(data) < 70 * 65536


def test_the_packages_of_this_machine() -> None:
    """Everything that dpkg-query lists here, from a layer of this machine's package database."""
    query = require_program("dpkg-query")
    lines = subprocess.run(
        [
            query,
            "-W",
            "-f",
            "${db:Status-Abbrev}|${Package}|${Version}|${Architecture}|${source:Package}|${source:Version}\n",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    expected = {tuple(line.split("|")[1:]) for line in lines if line.startswith("ii")}
    data = subprocess.run(
        [require_program("tar"), "-C", "/", "-c", "var/lib/dpkg/status", "etc/os-release", "usr/lib/os-release"],
        check=True,
        capture_output=True,
    ).stdout
    found = assemble(IMAGE, [read_layer(io.BytesIO(data), layer_of(data), Limits())])
    rows = found.packages.to_pylist()
    assert {
        (row["name"], row["version"], row["arch"], row["advisory_name"], row["advisory_version"]) for row in rows
    } == expected
    assert {row["ecosystem"].partition(":")[0] for row in rows} <= {"Debian", "Ubuntu"}
    assert found.problems.num_rows == 0


@pytest.mark.slow
def test_many_layers_and_packages() -> None:
    """Five hundred layers that rewrite one another's files are stacked in seconds."""
    layers = [
        {f"srv/{n % 7}/p{n % 50}.egg-info": metadata(f"p{n % 50}", str(n // 50)), f"srv/{n % 3}/.wh.x": b""}
        for n in range(500)
    ]
    assert len(seen(stack(*layers))) == 350
