"""Stacks that are built to take for ever: they end in the time that every test has, with packages or with one sentence."""

import pytest

from hullmark.errors import LimitExceeded
from hullmark.inventory import assemble
from hullmark.inventory.overlay import cover
from hullmark.inventory.value import Names
from tests.inventory.stacks import IMAGE, Members, metadata, read_members, seen, stack
from tests.layers.tars import symlink


def test_a_long_chain_of_links_is_given_up() -> None:
    chain: Members = {f"l{n}": symlink(f"l{n + 1}") for n in range(5000)}
    assert seen(stack(chain, {"l0/x.egg-info": metadata("x", "1")})) == {("l0/x.egg-info", "x=1", 1)}


def test_many_links() -> None:
    links: Members = {f"l{n}": symlink("/real") for n in range(3000)}
    through: Members = {f"l{n}/p{n}.egg-info": metadata(f"p{n}", "1") for n in range(3000)}
    found = seen(stack(links, through))
    assert len(found) == 3000
    assert ("real/p7.egg-info", "p7=1", 1) in found


def test_links_that_multiply() -> None:
    swelling: Members = {f"l{n}": symlink("/".join([f"l{n + 1}/.."] * 200)) for n in range(60)}
    assert len(seen(stack(swelling, {"l0/x.egg-info": metadata("x", "1")}))) == 1


def test_layers_that_hide_one_another_over_and_over() -> None:
    deep = "/".join("d" * 60)
    base: Members = {f"{deep}/p{n}.egg-info": metadata(f"p{n}", "1") for n in range(3000)}
    hiding: Members = {f"{deep[: 2 * n + 1]}/.wh..wh..opq": b"" for n in range(60)}
    layers = [read_members(base), *([read_members(hiding)] * 200)]
    assert assemble(IMAGE, layers).packages.num_rows == 0


def test_layers_that_hide_too_much_are_given_up() -> None:
    paths = [f"d/{number}" for number in range(50_000)]
    hiding = Names({}, {}, set(), {"d"}, set(), {})
    assert cover(paths, [hiding] * 100).first("d/7", 0) == 1
    with pytest.raises(LimitExceeded, match="hide one another"):
        cover(paths, [hiding] * 102)


def test_a_link_to_nothing_leads_nowhere() -> None:
    found = stack({"lib": symlink(""), "etc/os-release": symlink("")}, {"lib/x.egg-info": metadata("x", "1")})
    assert seen(found) == {("lib/x.egg-info", "x=1", 1)}
