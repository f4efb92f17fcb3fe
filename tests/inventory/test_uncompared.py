"""What was read and cannot be compared is a Problem that leaves nothing unread; whatever else is one does."""

from pathlib import Path

import orjson
import pytest

from hullmark.errors import InvalidVersion
from hullmark.fleet.outcome import outcome_of
from hullmark.inventory import Stacked
from hullmark.inventory import stack as stack_layers
from hullmark.model import Status
from hullmark.uncompared import leaves_unread
from hullmark.versions import key
from tests.inventory.stacks import IMAGE, Members, read_members, status

SYSTEM: dict[str, bytes] = {"etc/os-release": b"ID=debian\nVERSION_ID=12\n", "var/lib/dpkg/status": status("bash=5.2")}
FIXTURES = Path(__file__).parents[1] / "fixtures"
PILLOW = next(FIXTURES.glob("sbom/pillow/input/**/*.cdx.json")).read_bytes()


def _image(members: dict[str, bytes]) -> Stacked:
    layer: Members = {**SYSTEM, **members}
    return stack_layers(IMAGE, [read_members(layer)])


def _module(version: str) -> bytes:
    return orjson.dumps({"name": "x", "version": version})


def _lock(count: int) -> bytes:
    packages = {f"node_modules/p{number}": {"version": "latest"} for number in range(count)}
    return orjson.dumps({"lockfileVersion": 3, "packages": packages})


READ = {
    "a range for a version": {"app/node_modules/x/package.json": _module("1.x")},
    "a commit": {"app/node_modules/x/package.json": _module("d7fd1ad35715cda76eb33343b7c07b275e402a2e")},
    "many in one file": {"app/package-lock.json": _lock(60)},
    "a bill without versions": {"usr/lib/python3/site-packages/p.dist-info/sboms/p.cdx.json": PILLOW},
}
UNREAD = {
    "no JSON": {"app/node_modules/x/package.json": b"{"},
    "a database that was cut": {"var/lib/dpkg/status": SYSTEM["var/lib/dpkg/status"] + b"Package: z"},
    "both": {"app/node_modules/x/package.json": _module("1.x"), "app/node_modules/y/package.json": b"{"},
}


@pytest.mark.parametrize("kind", READ)
def test_it_is_told_and_leaves_nothing_unread(kind: str) -> None:
    found = _image(READ[kind])
    assert found.problems
    assert any(item.key is None for item in found.packages)
    assert outcome_of(found).status is Status.SCANNED


@pytest.mark.parametrize("kind", UNREAD)
def test_what_was_not_read_does(kind: str) -> None:
    outcome = outcome_of(_image(UNREAD[kind]))
    assert outcome.status is Status.PARTIAL
    assert "lists of versions" not in outcome.detail


def test_a_name_in_a_file_hides_nothing() -> None:
    imitated = "x is looked for in lists of versions only, not in ranges: 'y' is no Go version"
    for reason in (
        f"{imitated} is encrypted or packed by a method that is not read",
        f"an entry ({imitated}; correct it in the package or advisory that states it) has no valid name",
        f"a b{imitated[1:]}; correct it in the package or advisory that states it",
        "entries without a version are compared with nothing (2, first a) b)",
    ):
        assert leaves_unread(reason)


REFUSED = sorted((Path(__file__).parents[1] / "versions" / "refused").glob("*.txt"))


@pytest.mark.parametrize("file", REFUSED, ids=lambda file: file.stem)
def test_every_scheme_refuses_in_these_words(file: Path) -> None:
    for version in file.read_text(encoding="utf-8").splitlines():
        try:
            key(file.stem, version)
        except InvalidVersion as error:
            assert not leaves_unread(f"x is looked for in lists of versions only, not in ranges: {error}")
