"""Every fixture of every cataloger, damaged at random: only what the contract allows, soon, and nothing lost in silence.

Catalogers and their fixtures are found, so that a new one is tried without being named here.
"""

import re
from collections.abc import Sequence

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hullmark.catalogers.base import Cataloger, Find
from hullmark.catalogers.sbom import COMMON
from hullmark.model import Package, Problem
from tests.catalogers.cases import parsed
from tests.catalogers.contract import CATALOGERS, MOST_SEEDS, Seed, check, seeds

PLACE = st.integers(0, 1 << 20)
NUMBER = re.compile(rb"\d+")
EXTREMES = (0, 1, 0x7F, 0x80, 0x7FFF, 0x8000, 0xFFFF, 1 << 20, 1 << 28, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, -1)
MARKS = [
    b'\n"\n',
    b"\0",
    b"\xff\xfe",
    b"\n\n",
    b"\r",
    b'"',
    b"{",
    b"[" * 3000,
    b"<",
    b"&a;" * 300,
    b"../",
    b"\xc3",
    b"%n",
    b"\x1b[2J",
]


def _cut(data: bytes, at: int, _: int, __: bytes) -> bytes:
    return data[: at % (len(data) + 1)]


def _flip(data: bytes, at: int, bit: int, _: bytes) -> bytes:
    place = at % max(len(data), 1)
    return data[:place] + bytes([data[place] ^ (1 << bit % 8)]) + data[place + 1 :] if data else data


def _twice(data: bytes, at: int, size: int, _: bytes) -> bytes:
    start = at % (len(data) + 1)
    piece = data[start : start + size % 4096]
    return data[:start] + piece * 3 + data[start:]


def _splice(data: bytes, at: int, other_at: int, other: bytes) -> bytes:
    return data[: at % (len(data) + 1)] + other[other_at % (len(other) + 1) :]


def _insert(data: bytes, at: int, which: int, _: bytes) -> bytes:
    place = at % (len(data) + 1)
    return data[:place] + MARKS[which % len(MARKS)] + data[place:]


def _enlarge(data: bytes, at: int, which: int, _: bytes) -> bytes:
    """One number becomes a huge, a negative or an odd one."""
    found = list(NUMBER.finditer(data[:100_000]))
    if not found:
        return data
    hit = found[at % len(found)]
    number = (b"9" * 400, b"-1", b"1e999", b"0x7fffffff", b"18446744073709551616")[which % 5]
    return data[: hit.start()] + number + data[hit.end() :]


def _zero(data: bytes, at: int, size: int, _: bytes) -> bytes:
    start = at % (len(data) + 1)
    return data[:start] + bytes(min(size % 4096, len(data) - start)) + data[start + size % 4096 :]


def _saturate(data: bytes, at: int, size: int, _: bytes) -> bytes:
    start = at % (len(data) + 1)
    return data[:start] + b"\xff" * min(size % 9, len(data) - start) + data[start + size % 9 :]


def _extreme(data: bytes, at: int, which: int, _: bytes) -> bytes:
    """One number of a binary format, of any width and order, becomes one that no file can mean."""
    size = (1, 2, 4, 8)[which % 4]
    place = at % (len(data) + 1) // size * size
    value = EXTREMES[which // 8 % len(EXTREMES)] % (1 << 8 * size)
    return data[:place] + value.to_bytes(size, ("little", "big")[which // 4 % 2]) + data[place + size :]


def _recode(data: bytes, which: int, _: int, __: bytes) -> bytes:
    """In another encoding, as an editor of another system would have stored it."""
    text = data.decode("utf-8", "replace")
    encoding = ("utf-16", "utf-32-be", "utf-7", "utf-8-sig", "cp037")[which % 5]
    return text.encode(encoding, "replace")


def _empty(_: bytes, __: int, ___: int, ____: bytes) -> bytes:
    return b""


CHANGES = st.sampled_from([_cut, _flip, _twice, _splice, _insert, _enlarge, _zero, _saturate, _extreme, _recode, _empty])
DAMAGE = st.lists(st.tuples(CHANGES, PLACE, PLACE), min_size=1, max_size=3)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(CATALOGERS))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(damage=DAMAGE, which=st.integers(0, MOST_SEEDS), other=st.integers(0, MOST_SEEDS))
def test_damaged(name: str, damage: Sequence[tuple[object, int, int]], which: int, other: int) -> None:
    found = seeds(name)
    assert found, f"there is no fixture for {name}: put a case below tests/fixtures"
    path, data = found[which % len(found)]
    for change, at, size in damage:
        data = change(data, at, size, found[other % len(found)][1])  # type: ignore[operator]  # one of the above
    check(CATALOGERS[name], path, data)


def _packages(found: list[Find]) -> set[Package]:
    return {item for item in found if isinstance(item, Package)}


def _is_object(data: bytes) -> bool:
    try:
        return isinstance(orjson.loads(data), dict)
    except orjson.JSONDecodeError:
        return False


def _whole(cataloger: Cataloger) -> list[Seed]:
    """Fixtures that are JSON and hold packages, without files of common names, which cut off may be anything."""
    found = [(path, data) for path, data in seeds(cataloger.name) if _is_object(data)]
    found = [(path, data) for path, data in found if path.rpartition("/")[2] not in COMMON]
    return [(path, data) for path, data in found if _packages(parsed(cataloger, path, data))]


WHOLE = {name: _whole(cataloger) for name, cataloger in CATALOGERS.items()}


@pytest.mark.parametrize("name", sorted(name for name, found in WHOLE.items() if found))
@settings(deadline=None)
@given(which=st.integers(0, MOST_SEEDS), at=PLACE)
def test_json_that_is_cut_off_is_a_problem_or_loses_nothing(name: str, which: int, at: int) -> None:
    path, data = WHOLE[name][which % len(WHOLE[name])]
    cataloger, whole = CATALOGERS[name], data.rstrip()
    found = check(cataloger, path, whole[: 1 + at % (len(whole) - 1)])
    lost = _packages(parsed(cataloger, path, data)) - _packages(found)
    assert not lost or any(isinstance(item, Problem) for item in found)
