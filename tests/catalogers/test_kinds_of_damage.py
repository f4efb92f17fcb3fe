"""Each kind of bad input for each cataloger: empty, truncated, oversized, deeply nested, wrongly encoded, adversarial.

Catalogers are found, so a new one is tried without being named here, and fails without a fixture of its own damage. What
only one format can do (zip bombs, cycles of pages) is in its fixtures; `test_mutations.py` damages them at random, and
`test_hostile.py` holds the time that eight mebibytes of anything take. Larger files than a cataloger takes are refused by
`inventory`, before they are read.
"""

from collections.abc import Callable

import pytest

from hullmark.catalogers.base import Cataloger
from hullmark.model import Distro, Licensed, Package
from tests import fuzz
from tests.catalogers.cases import FIXTURES
from tests.catalogers.contract import CATALOGERS, RELEASE, check, seeds

DEEP = 100_000
LARGE = 4 * 1024 * 1024  # bytes of an oversized file, if its cataloger takes so many
ENTITIES = "".join(f'<!ENTITY e{n + 1} "&e{n};&e{n};&e{n};&e{n};&e{n};&e{n};&e{n};&e{n};">' for n in range(30))
INVENTED = {  # documents that are none of any format but the one they look like, or state nothing that may be believed
    "empty": b"",
    "a line end": b"\n",
    "a zero": b"\0",
    "arrays": b"[" * DEEP + b"]" * DEEP,
    "objects": b'{"packages":' * DEEP + b"{}" + b"}" * DEEP,
    "objects of 100 levels": b'{"packages":' * 100 + b"{}" + b"}" * 100,
    "elements": b"<a>" * DEEP + b"</a>" * DEEP,
    "terms": b"{[(" * DEEP + b")]}" * DEEP,
    "entities": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "x">{ENTITIES}]><x>&e30;</x>'.encode(),
    "an outer entity": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><bom xmlns="x"><name>&e;</name></bom>',
    "aliases": b"a: &a [x]\n" + b"b: [" + b"*a," * DEEP + b"*a]\n",
    "half a surrogate": b'{"name":"\\ud800","version":"1"}',
    "numbers": b'{"a":' + b"9" * DEEP + b"}",
    "UTF-7": b"+ADw-script+AD4-",
}
CHANGED: dict[str, Callable[[bytes, int], bytes]] = {
    "half of it": lambda data, _: data[: len(data) // 2],
    "without its first half": lambda data, _: data[len(data) // 2 :],
    "without its last byte": lambda data, _: data[:-1],
    "oversized": lambda data, most: (data * (most // len(data) + 1))[:most],
    "with zeros after it": lambda data, most: data + bytes(min(DEEP, most)),
    "nested in itself": lambda data, most: data.replace(b"{", b"{" * 100).replace(b"[", b"[" * 100)[:most],
    "in UTF-16": lambda data, _: data.decode("latin-1").encode("utf-16"),
    "in UTF-32": lambda data, _: data.decode("latin-1").encode("utf-32-be"),
    "in UTF-8 twice": lambda data, _: data.decode("latin-1").encode(),
    "in EBCDIC": lambda data, _: data.decode("latin-1").encode("cp037", "replace"),
    "with bytes of no text": lambda data, _: data.replace(b"e", b"\xff").replace(b"a", b"\xc3"),
    "with control characters": lambda data, _: data.replace(b"e", b"\x1b[2J").replace(b"a", b"\x00"),
    "with paths upwards": lambda data, _: data.replace(b"a", b"../"),
    "without line ends": lambda data, _: data.replace(b"\n", b""),
}
BAD = frozenset({"damaged", "truncated", "hostile", "cut", "unnamed", "empty"})


def _most(cataloger: Cataloger) -> int:
    return min(cataloger.max_bytes or LARGE, LARGE)


@pytest.mark.parametrize("kind", INVENTED)
@pytest.mark.parametrize("name", sorted(CATALOGERS))
def test_nothing_is_invented(name: str, kind: str) -> None:
    cataloger = CATALOGERS[name]
    for path in sorted({path for path, _ in seeds(name)}):
        named = set(_texts(path))
        for item in check(cataloger, path, INVENTED[kind][: _most(cataloger)]):
            assert not isinstance(item, (Distro, Licensed))
            assert not isinstance(item, Package) or {item.version, item.name.rpartition("/")[2]} <= named


def _texts(path: str) -> list[str]:
    """What a path may name of itself: each stretch of it between slashes, dots and dashes."""
    marks = [0, *(number + 1 for number, letter in enumerate(path) if letter in "/.-"), len(path) + 1]
    return [path[start : end - 1] for number, start in enumerate(marks) for end in marks[number + 1 :]]


@pytest.mark.parametrize("kind", CHANGED)
@pytest.mark.parametrize("name", sorted(CATALOGERS))
def test_the_contract_holds(name: str, kind: str) -> None:
    cataloger = CATALOGERS[name]
    for path, data in seeds(name):
        check(cataloger, path, CHANGED[kind](data, _most(cataloger)))


@pytest.mark.parametrize("name", sorted(CATALOGERS.keys() - RELEASE.keys()))
def test_it_has_fixtures_of_its_own_damage(name: str) -> None:
    folder = FIXTURES / CATALOGERS[name].parse.__module__.rpartition(".")[2]
    assert BAD & {case.name for case in folder.iterdir()}


def test_each_is_fuzzed_from_its_fixtures() -> None:
    assert set(fuzz.names()) >= CATALOGERS.keys()
    assert all(seeds(name) for name in CATALOGERS)
