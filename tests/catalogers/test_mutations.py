"""Every fixture of every cataloger, damaged at random: only what the contract allows, soon, and nothing lost in silence.

Catalogers and their fixtures are found, so that a new one is tried without being named here.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from time import process_time

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hullmark.catalogers import catalogers
from hullmark.catalogers.base import Cataloger, Find
from hullmark.catalogers.sbom import COMMON
from hullmark.errors import HullmarkError
from hullmark.model import Package, Problem
from tests.catalogers.cases import FIXTURES, parsed, wants

CATALOGERS = {cataloger.name: cataloger for cataloger in catalogers()}
MOST_SEEDS = 12  # of one cataloger, its smallest files
LARGEST_SEED = 300_000  # bytes
SECONDS = 10.0  # of processor time, for one damaged file; most take thousandths
MOST_FINDS = 50_000
RELEASE = {
    "osrelease": ("etc/os-release", b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'),
    "osrelease-lines": ("etc/redhat-release", b"Red Hat Enterprise Linux release 8.9 (Ootpa)\n"),
    "osrelease-numbers": ("etc/debian_version", b"12.7\n"),
}  # whose cases are in tests/osrelease
Seed = tuple[str, bytes]


@cache
def seeds(name: str) -> tuple[Seed, ...]:
    """(path, content) of the smallest files in the fixtures that a cataloger wants, by size and path."""
    if name in RELEASE:
        return (RELEASE[name],)
    cataloger = CATALOGERS[name]
    if all(glob.endswith("/") for glob in cataloger.globs) and not cataloger.magic:
        return ((cataloger.globs[0].rstrip("/"), b"\0"),)  # reads folders, which have no bytes
    folder = FIXTURES / cataloger.parse.__module__.rpartition(".")[2]
    found = [_seed(file) for file in folder.glob("*/input/**/*") if file.is_file() and file.stat().st_size <= LARGEST_SEED]
    wanted = {(path, data) for path, data in found if data and wants(cataloger, path, data)}
    return tuple(sorted(wanted, key=lambda seed: (len(seed[1]), seed))[:MOST_SEEDS])


def _seed(file: Path) -> Seed:
    place = file.parts.index("input", len(FIXTURES.parts))
    return "/".join(file.parts[place + 1 :]), file.read_bytes()


PLACE = st.integers(0, 1 << 20)
NUMBER = re.compile(rb"\d+")
MARKS = [b"\0", b"\xff\xfe", b"\n\n", b"\r", b'"', b"{", b"[" * 3000, b"<", b"&a;" * 300, b"../", b"\xc3", b"%n", b"\x1b[2J"]


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


def _recode(data: bytes, which: int, _: int, __: bytes) -> bytes:
    """In another encoding, as an editor of another system would have stored it."""
    text = data.decode("utf-8", "replace")
    encoding = ("utf-16", "utf-32-be", "utf-7", "utf-8-sig", "cp037")[which % 5]
    return text.encode(encoding, "replace")


def _empty(_: bytes, __: int, ___: int, ____: bytes) -> bytes:
    return b""


CHANGES = st.sampled_from([_cut, _flip, _twice, _splice, _insert, _enlarge, _zero, _saturate, _recode, _empty])
DAMAGE = st.lists(st.tuples(CHANGES, PLACE, PLACE), min_size=1, max_size=3)


def _check(cataloger: Cataloger, path: str, data: bytes) -> list[Find]:
    found: list[Find] = []
    started = process_time()
    try:
        for item in cataloger.parse(path, data):
            found.append(item)
            assert len(found) <= MOST_FINDS + len(data)
    except (HullmarkError, ValueError, RecursionError) as error:  # as the contract has it
        found.append(Problem(path, cataloger.name, str(error) or type(error).__name__))
    assert process_time() - started < SECONDS
    for item in found:
        assert isinstance(item, Find)
        if isinstance(item, Package):
            assert item.type
            assert item.name
            assert item.version
            for text in (item.name, item.version, item.licence, item.vendor, item.inner, item.cpe, item.arch):
                text.encode()  # Arrow takes no halves of surrogate pairs
                assert len(text) <= 5000
        elif isinstance(item, Problem):
            assert item.path == path
            assert item.reason.encode()
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", sorted(CATALOGERS))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(damage=DAMAGE, which=st.integers(0, MOST_SEEDS), other=st.integers(0, MOST_SEEDS))
def test_damaged(name: str, damage: Sequence[tuple[object, int, int]], which: int, other: int) -> None:
    found = seeds(name)
    assert found, f"there is no fixture for {name}: put a case below tests/fixtures"
    path, data = found[which % len(found)]
    for change, at, size in damage:
        data = change(data, at, size, found[other % len(found)][1])  # type: ignore[operator]  # one of the above
    _check(CATALOGERS[name], path, data)


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
    found = _check(cataloger, path, whole[: 1 + at % (len(whole) - 1)])
    lost = _packages(parsed(cataloger, path, data)) - _packages(found)
    assert not lost or any(isinstance(item, Problem) for item in found)
