"""Every fixture of every cataloger, cut off at every place: what is lost is said, or the cataloger is one of those that
docs/catalogers.md names, whose files do not show it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hullmark.catalogers.base import Cataloger
from hullmark.model import Licensed, Owned, Package, Problem
from tests.catalogers.cases import parsed, wants
from tests.catalogers.contract import CATALOGERS, Seed, seeds

DOCS = (Path(__file__).parents[2] / "docs" / "catalogers.md").read_text(encoding="utf-8")
STATED = (Package, Owned, Licensed)
MOST_CUTS = 1500  # of one fixture, evenly spread
PROGRAMS = [cataloger for cataloger in CATALOGERS.values() if cataloger.magic and not cataloger.globs]


def _named(beginning: str) -> set[str]:
    """The catalogers that the line of the docs names that begins so."""
    line = next(line for line in DOCS.split("\n") if line.startswith(beginning))
    return set(re.findall(r"`([a-z.-]+)`", line.partition(":")[2]))


AT_LINES = _named("- at the end of a line")
ANYWHERE = _named("- anywhere")


def _cuts(cataloger: Cataloger, seed: Seed) -> Iterator[int]:
    path, data = seed
    whole = data.rstrip()
    for at in range(1, len(whole) - 1, max(1, len(whole) // MOST_CUTS)):
        if cataloger.name in AT_LINES and (data[at - 1 : at] == b"\n" or data[at : at + 1] in {b"\n", b"\r"}):
            continue
        if wants(cataloger, path, data[:at]):  # a program without its first bytes is none
            yield at


def _silent(cataloger: Cataloger, seed: Seed) -> list[bytes]:
    """The last bytes of cut files of which something is lost without a Problem."""
    path, data = seed
    stated = {item for item in parsed(cataloger, path, data) if isinstance(item, STATED)}
    asked = PROGRAMS if cataloger in PROGRAMS else [cataloger]  # one of them tells of the damage of a program
    lost = []
    for at in _cuts(cataloger, seed) if stated else ():
        found = [item for one in asked for item in parsed(one, path, data[:at])]
        if not stated <= set(found) and not any(isinstance(item, Problem) for item in found):
            lost.append(data[max(0, at - 40) : at])
    return lost


@pytest.mark.parametrize("name", sorted(CATALOGERS.keys() - ANYWHERE))
def test_what_is_cut_off_is_a_problem_or_loses_nothing(name: str) -> None:
    assert not [lost for seed in seeds(name) for lost in _silent(CATALOGERS[name], seed)]


@pytest.mark.parametrize("name", sorted(ANYWHERE))
def test_the_docs_name_no_cataloger_without_need(name: str) -> None:
    assert any(_silent(CATALOGERS[name], seed) for seed in seeds(name))


def test_the_docs_name_catalogers() -> None:
    assert CATALOGERS.keys() >= AT_LINES | ANYWHERE
    assert not AT_LINES & ANYWHERE
