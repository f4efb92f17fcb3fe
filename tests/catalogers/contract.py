"""What a cataloger may do with any bytes (`check`), and the fixtures that damaged ones are made of (`seeds`)."""

from functools import cache
from pathlib import Path
from time import process_time

from hullmark.catalogers import catalogers
from hullmark.catalogers.base import Cataloger, Find
from hullmark.errors import HullmarkError
from hullmark.model import Licensed, Package, Problem
from tests.catalogers.cases import FIXTURES, wants

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


def check(cataloger: Cataloger, path: str, data: bytes) -> list[Find]:
    """What the cataloger finds; asserts that it raises, takes and yields only what the contract of base.py allows."""
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
        elif isinstance(item, Licensed):
            assert item.licence.encode()
            assert len(item.licence) <= 5000
        else:
            assert repr(item).encode()
    return found
