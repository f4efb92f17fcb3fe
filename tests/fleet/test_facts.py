"""What is kept of a configuration, whatever is in it: bounded, valid, and what is not kept is said."""

import json
from typing import Any

import pytest

from hullmark.fleet.facts import MOST_PORTS, MOST_TEXT, facts
from hullmark.model import Image, Platform

NESTED: Any = []
for _ in range(900):
    NESTED = [NESTED]


def image(config: object, **annotations: str) -> Image:
    return Image("r", "", "", (), "sha256:" + 64 * "0", "m", Platform(), (), {"config": config}, annotations=annotations)


def test_what_is_usual_is_kept_whole() -> None:
    kept = facts(
        image({"Labels": {"b": "2", "a": "1"}, "Cmd": ["sh", "-c"], "User": "app", "ExposedPorts": {"80/tcp": {}}}, x="y")
    )
    assert kept.cut == ()
    assert kept.columns["labels"] == '{"a": "1", "b": "2"}'
    assert (kept.columns["entrypoint"], kept.columns["user"], kept.columns["ports"]) == ('["sh", "-c"]', "app", ["80/tcp"])
    assert kept.columns["annotations"] == '{"x": "y"}'


@pytest.mark.parametrize(
    ("config", "cut"),
    [
        ({"Labels": {"bulk": "x" * MOST_TEXT, "source": "https://git.example"}}, "config.Labels"),
        ({"Labels": {f"{number:06}": "" for number in range(100_000)}}, "config.Labels"),
        ({"Labels": {"deep": NESTED, "number": 3, "source": "s"}}, "config.Labels"),
        ({"Entrypoint": ["sh", "x" * 10_000_000]}, "config.Entrypoint"),
        ({"ExposedPorts": {f"{number}/tcp": {} for number in range(MOST_PORTS + 1)}}, "config.ExposedPorts"),
        ({"User": "x" * 10_000}, "config.User"),
        ({"Labels": "none", "Cmd": 7, "User": [], "ExposedPorts": []}, ""),
        (None, ""),
        ({"Labels": {"half": "\ud800"}, "User": "\udfff"}, ""),
    ],
    ids=range(9),
)
def test_what_is_not_is_cut_and_told(config: object, cut: str) -> None:
    kept = facts(image(config))
    assert kept.cut == ((cut,) if cut else ())
    assert len(str(kept.columns)) < 2 * MOST_TEXT + 20_000
    str(kept.columns["user"]).encode()
    assert isinstance(json.loads(str(kept.columns["labels"])), dict)


def test_the_short_ones_stay() -> None:
    labels = json.loads(str(facts(image({"Labels": {"bulk": "x" * MOST_TEXT, "z": "short"}})).columns["labels"]))
    assert labels == {"z": "short"}
