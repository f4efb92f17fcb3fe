"""What should not be in an image: modes, secrets in files and in the configuration, masked, and only where it is visible."""

import io
import tarfile
from collections.abc import Mapping
from dataclasses import replace

import pytest

from hullmark.inventory import assemble
from hullmark.inventory.configuration import MOST_TEXT, MOST_TEXTS
from hullmark.model import Image
from tests.inventory.stacks import IMAGE
from tests.layers.tars import read

KEY = b"-----BEGIN RSA " + b"PRIVATE KEY-----\nMIIE\n"
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2
Files = Mapping[str, tuple[int, bytes]]  # mode and content by path


def tar(files: Files) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for name, (mode, content) in files.items():
            member = tarfile.TarInfo(name)
            member.mode, member.size = mode, len(content)
            archive.addfile(member, io.BytesIO(content))
    return sink.getvalue()


def exposed(*layers: Files, image: Image = IMAGE) -> set[tuple[str, str, str, int | None]]:
    """(path, kind, evidence, layer index) of what a stack exposes."""
    rows = assemble(image, [read(tar(files)) for files in layers]).exposures.to_pylist()
    found = [(row["path"], row["kind"], row["evidence"], row["layer_index"]) for row in rows]
    assert len(set(found)) == len(found)
    return set(found)


def test_modes_that_give_rights_away() -> None:
    files = {
        "usr/bin/su": (0o4755, b"x"), "usr/bin/wall": (0o2755, b"x"), "srv/open": (0o666, b"x"), "srv/fine": (0o775, b"x"),
        "srv/both": (0o6777, b""),
    }  # fmt: skip
    assert exposed(files) == {
        ("usr/bin/su", "setuid", "mode 4755", 0), ("usr/bin/wall", "setgid", "mode 2755", 0),
        ("srv/open", "world-writable", "mode 0666", 0), ("srv/both", "setuid", "mode 6777", 0),
        ("srv/both", "setgid", "mode 6777", 0), ("srv/both", "world-writable", "mode 6777", 0),
    }  # fmt: skip


def test_a_later_layer_that_mends_or_removes_it_ends_it() -> None:
    lower = {"usr/bin/su": (0o4755, b"x"), "usr/bin/mount": (0o4755, b"x"), "usr/bin/kept": (0o4755, b"x")}
    upper = {"usr/bin/su": (0o755, b"x"), "usr/bin/.wh.mount": (0o644, b"")}
    assert exposed(lower, upper) == {("usr/bin/kept", "setuid", "mode 4755", 0)}


def test_keys_wherever_they_lie_and_secrets_where_they_are_kept() -> None:
    files = {
        "srv/deploy": (0o600, KEY), "srv/notes.txt": (0o644, f"token {TOKEN}".encode()),
        "srv/.env": (0o600, f"GITHUB_TOKEN={TOKEN}\n".encode()),
    }  # fmt: skip
    header = "line 1: -----BEGIN RSA " + "PRIVATE KEY-----"
    assert exposed(files) == {
        ("srv/deploy", "private-key", header, 0), ("srv/.env", "github-token", "line 1: ghp_… (44 characters)", 0),
    }  # fmt: skip


def removed(*layers: Files) -> set[tuple[str, str, int, int | None]]:
    """(path, kind, layer index, index of the layer that removes it) of what a stack exposes."""
    rows = assemble(IMAGE, [read(tar(files)) for files in layers]).exposures.to_pylist()
    for row in rows:
        assert bool(row["removed_layer"]) == (row["removed_layer_index"] is not None)
    keys = [(row["path"], row["kind"], row["evidence"]) for row in rows]
    assert len(set(keys)) == len(keys), "the key of the table"
    return {(row["path"], row["kind"], row["layer_index"], row["removed_layer_index"]) for row in rows}


ENV, OTHER = f"GITHUB_TOKEN={TOKEN}\n".encode(), b"NOTHING=here\n"
STACKS: dict[str, tuple[list[Files], set[tuple[str, str, int, int | None]]]] = {
    "deleted": ([{"srv/.env": (0o600, ENV)}, {"srv/.wh..env": (0o644, b"")}], {("srv/.env", "github-token", 0, 1)}),
    "deleted with its folder": (
        [{"srv/.env": (0o600, ENV)}, {}, {".wh.srv": (0o644, b"")}],
        {("srv/.env", "github-token", 0, 2)},
    ),
    "replaced": ([{"srv/.env": (0o600, ENV)}, {"srv/.env": (0o600, OTHER)}], {("srv/.env", "github-token", 0, 1)}),
    "replaced by the same": ([{"srv/.env": (0o600, ENV)}] * 2, {("srv/.env", "github-token", 1, None)}),
    "deleted and there again": (
        [{"srv/.env": (0o600, ENV)}, {"srv/.wh..env": (0o644, b"")}, {"srv/.env": (0o600, ENV)}],
        {("srv/.env", "github-token", 2, None)},
    ),
    "deleted twice": (
        [{"k": (0o600, KEY)}, {".wh.k": (0o644, b"")}, {"k": (0o600, KEY)}, {".wh.k": (0o644, b"")}],
        {("k", "private-key", 2, 3)},
    ),
    "modes end with the file": ([{"su": (0o4755, KEY)}, {".wh.su": (0o644, b"")}], {("su", "private-key", 0, 1)}),
}


@pytest.mark.parametrize("name", STACKS)
def test_a_secret_that_a_later_layer_removes_is_still_shipped(name: str) -> None:
    layers, expected = STACKS[name]
    assert removed(*layers) == expected


def test_secrets_of_the_configuration_name_their_place() -> None:
    config = {
        "config": {"Env": ["PATH=/bin", f"API_TOKEN={TOKEN}", 7], "Labels": {"note": f"x {TOKEN}"}, "Cmd": ["run"]},
        "history": [{"created_by": f"RUN PASSWORD=h8Tq-93kz make {'x' * 10}"}, {"created_by": None}, "odd"],
    }
    image = replace(IMAGE, config=config)
    assert exposed({}, image=image) == {
        ("config.Env[API_TOKEN]", "github-token", "line 1: ghp_… (44 characters)", None),
        ("config.Labels[note]", "github-token", "line 1: ghp_… (44 characters)", None),
        ("history[0]", "named-secret", "line 2: PASSWORD: … (9 characters)", None),
    }
    assert TOKEN[8:] not in repr(exposed({}, image=image))


def test_odd_configurations_expose_nothing() -> None:
    odd: list[dict[str, object]] = [{}, {"config": []}, {"config": {"Env": "x", "Labels": [], "Cmd": None}, "history": {}}]
    for config in odd:
        assert exposed({}, image=replace(IMAGE, config=config)) == set()


def test_a_configuration_without_end_is_looked_at_so_far() -> None:
    labels = {f"l{number:05}": "x" for number in range(MOST_TEXTS)}
    image = replace(IMAGE, config={"config": {"Labels": labels | {"m": "x"}, "Cmd": ["x" * (MOST_TEXT + 1)]}})
    found = [(row["path"], row["layer"], row["reason"]) for row in assemble(image, []).problems.to_pylist()]
    assert found == [
        (
            "config.Labels[m]",
            "",
            "from here on, the configuration was not looked at for secrets: it has more than 10,000 texts",
        )
    ]
    image = replace(IMAGE, config={"config": {"Cmd": ["x" * (MOST_TEXT + 1)]}})
    (problem,) = assemble(image, []).problems.to_pylist()
    assert (problem["path"], problem["cataloger"]) == ("config.Cmd", "configuration")
    assert "first 1,048,576 characters" in problem["reason"]
