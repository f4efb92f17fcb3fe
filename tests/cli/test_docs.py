"""docs/cli.md and the program say the same: every verb, every option, every setting."""

import argparse
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from hullmark.cli import parser
from hullmark.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


def verbs(found: argparse.ArgumentParser, name: str = "hullmark") -> Iterator[tuple[str, set[str]]]:
    """Every verb that does something, with its options."""
    actions = [action for action in found._actions if isinstance(action, argparse._SubParsersAction)]
    for action in actions:
        for verb, child in action.choices.items():
            yield from verbs(child, f"{name} {verb}")
    if not actions:
        yield name, {option for action in found._actions for option in action.option_strings} - {"-h", "--help"}


def test_every_verb_says_in_its_help_what_it_is_for() -> None:
    waiting, found = [parser()], 0
    while waiting:
        one, found = waiting.pop(), found + 1
        assert one.description, one.prog
        assert one.description.rstrip().endswith("."), one.prog
        actions = [action for action in one._actions if isinstance(action, argparse._SubParsersAction)]
        waiting += [child for action in actions for child in action.choices.values()]
    assert found > 40


def sections() -> dict[str, set[str]]:
    """The verbs of the page's headings, with the options in the first column of their tables."""
    told: dict[str, set[str]] = {}
    for part in PAGE.split("\n## ")[1:]:
        heading, _, text = part.partition("\n")
        if not heading.startswith("hullmark "):
            continue
        first, *others = heading.split(", ")
        stem = first.rpartition(" ")[0]
        names = [first, *(f"{stem} {other}" for other in others)]
        cells = [line.replace("\\|", "/").split("|")[1] for line in text.splitlines() if line.startswith("| `")]
        told |= {name: {option for cell in cells for option in OPTION.findall(cell)} for name in names}
    return told


def test_every_verb_and_option_is_told_and_there() -> None:
    assert sections() == dict(verbs(parser()))


def test_every_setting_is_told_and_there() -> None:
    told = set(re.findall(r"HULLMARK_[A-Z_]+", PAGE.partition("\n## Settings")[2]))
    known = {f"HULLMARK_{item.name.upper()}" for item in fields(Settings) if item.name != "limits"}
    assert told == known | {"HULLMARK_REGISTRY_USER", "HULLMARK_REGISTRY_PASSWORD", "HULLMARK_LIMIT_"}
