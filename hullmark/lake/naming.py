"""What SQL names of the lake: its tables, its views and macros, and all that those are made of in turn.

A name is a word of the text, wherever it stands: one too many costs a view that nobody asks, one too few is an error.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hullmark.lake.schema import TABLES

_FOLDER = f"{__package__}.views"
_MAKES = re.compile(r"^CREATE (?:OR REPLACE )?(?:TEMP )?(?:VIEW|MACRO)(?: IF NOT EXISTS)?\s+(\w+)", re.MULTILINE)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class View:
    """One file of `views/`, and the views and macros that it makes."""

    file: str
    text: str
    makes: frozenset[str]


@cache
def views() -> tuple[View, ...]:
    """Every file of `views/` in the order in which they are made: each after those that it reads."""
    return tuple(_views())


def named(texts: Iterable[str]) -> frozenset[str]:
    """The tables, views and macros of the lake that SQL texts name."""
    return _words("\n".join(texts)) & (TABLES.keys() | {name for view in views() for name in view.makes})


def needed(names: Collection[str]) -> frozenset[str]:
    """These, and the tables, views and macros that they are made of."""
    found = frozenset(names)
    while True:
        read = named(view.text for view in views() if view.makes & found)
        if read <= found:
            return found
        found |= read


def _views() -> Iterator[View]:
    for item in sorted(files(_FOLDER).iterdir(), key=lambda item: item.name):
        if item.name.endswith(".sql"):
            text = item.read_text(encoding="utf-8")
            yield View(item.name, text, frozenset(_MAKES.findall(text)))


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))
