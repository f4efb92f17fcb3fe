"""`hullmark bases` over a lake: a public base named by an image or a file, recognised, out of date, and forgotten."""

import json
from pathlib import Path

import pytest

from hullmark.lake.store import Lake
from hullmark.sources.digest import chain_ids
from tests.analysis.fleets import Image, write, write_images
from tests.cli.command import run
from tests.cli.images import image, part, write_layout

LOWEST, ABOVE = part(), part({"app": "x"})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A lake with one image, whose lowest layer is that of the layout `base`."""
    lake = Lake(str(tmp_path / "lake"))
    app = Image("app:1", "ab")
    write_images(lake, app)
    chain = chain_ids([LOWEST.diff_id, ABOVE.diff_id])
    write(lake, "image_layers", [{**row, "chain_id": chain[place]} for place, row in enumerate(app.layer_rows())])
    write_layout(tmp_path / "base", image(LOWEST))
    return tmp_path


def test_named_by_an_image_recognised_out_of_date_and_forgotten(home: Path) -> None:
    name = "docker.io/library/debian:12"
    added = run(home, ["bases", "known", "add", "base", "--name", name])
    assert (added.status, added.stdout) == (0, "1 known. 1 image got another base by it.\n"), added.stderr
    (row,) = json.loads(run(home, ["bases", "list", "--format", "json"]).stdout)
    assert (row["name"], row["images"], row["methods"], row["outdated"]) == (name, 1, ["known"], [])
    assert name in run(home, ["bases", "tree"]).stdout

    kept = run(home, ["bases", "known", "list", "--format", "csv"]).stdout
    old = kept.replace('""', '"2020-01-01"')
    new = kept.replace('""', '"2026-01-01"').replace(kept.split('"sha256:')[1][:64], "0" * 64, 1).splitlines()[1]
    (home / "more.csv").write_text(f"{old}{new}\n")
    assert run(home, ["bases", "known", "import", "more.csv"]).stdout.startswith("2 known.")
    (row,) = json.loads(run(home, ["bases", "list", "--format", "json"]).stdout)
    assert "the tag 12 of docker.io/library/debian points to another image since 2026-01-01" in row["outdated"]
    assert (row["successor_name"], row["closes"]) == (name, None), "what an image outside the fleet has is not known"
    assert "Out of date" in run(home, ["bases", "list"]).stdout

    assert run(home, ["bases", "known", "remove", name]).stdout == "2 forgotten. 1 image got another base by it.\n"
    assert run(home, ["bases", "known", "list"]).stdout == "No base is known.\n"


BAD = [
    (["known", "remove", "debian:1"], "hullmark: no base is known by the name debian:1"),
    (["known", "import", "none.csv"], "hullmark: none.csv cannot be read: No such file"),
    (["known", "add", "base"], "hullmark: base: a base needs a name as repository:tag"),
    (["known", "add", "nowhere/"], "hullmark: "),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD, ids=range(len(BAD)))
def test_bad_questions(home: Path, arguments: list[str], sentence: str) -> None:
    ran = run(home, ["bases", *arguments])
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(sentence)
    assert "Traceback" not in ran.stderr
