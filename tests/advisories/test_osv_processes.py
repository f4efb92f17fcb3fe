"""An archive read by several processes: the same tables as by one, and no process is left, whatever happens."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hullmark.advisories.feed_tables import joined
from hullmark.advisories.osv_members import PART_RECORDS, UNREADABLE, Members, Part, Wanted
from hullmark.advisories.osv_processes import read_parts, worthwhile
from hullmark.errors import FeedError
from hullmark.settings import MIB, Settings
from tests.advisories.feeds import record, write_zip

FIXED = [{"introduced": "0"}, {"fixed": "2.0"}]
RECORDS = 6 * PART_RECORDS + 7


def records() -> Iterator[dict[str, object] | bytes]:
    """Some that are broken, the same id and the same problem in several parts, and one that is large."""
    for number in range(RECORDS):
        if number % 1500 == 3:
            yield b"{broken"
        elif number % 1500 == 5:
            yield record("PYSEC-odd", package="odd", events=[{"introduced": "0"}, {"fixed": "no version"}, {"later": "1"}])
        elif number == PART_RECORDS + 11:
            yield record(f"PYSEC-{number}", package="large", versions=["1.0"], details="x" * 5 * MIB)
        elif number % 1500 == 7:
            yield record("PYSEC-again", package=f"again{number}", events=FIXED)
        else:
            yield record(f"PYSEC-{number}", package=f"p{number % 50}", events=FIXED, versions=["3.0"])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "all.zip"
    with pytest.warns(UserWarning, match="Duplicate name"):
        return write_zip(path, records())


def wanted(file: Path) -> Wanted:
    return Wanted(str(file), "osv/PyPI", "PyPI", 64 * MIB)


def read(file: Path, processes: int) -> list[dict[str, object]]:
    with zipfile.ZipFile(file) as archive:
        tables = joined(read_parts(Members(archive, wanted(file)), wanted(file), processes))
    return [{name: table.to_pylist() for name, table in tables.items()}]


def test_the_same_rows_in_the_same_order(file: Path) -> None:
    alone, shared = read(file, 1), read(file, 3)
    assert alone == shared
    (tables,) = alone
    problems = [(row["record"], row["reason"]) for row in tables["problems"]]  # type: ignore[attr-defined]
    assert len(problems) == len(set(problems))
    assert problems[-1] == ("PYSEC-again", "two records have this id; the ranges of both count")
    assert sum("cannot be read" in reason for _, reason in problems) == 5
    ids = [row["advisory_id"] for row in tables["advisories"]]  # type: ignore[attr-defined]
    assert ids.count("PYSEC-again") == 1
    names = [row["name"] for row in tables["affected"]]  # type: ignore[attr-defined]
    assert sum(name.startswith("again") for name in names) == 4


def test_parts_have_each_record_once_and_are_bounded(tmp_path: Path) -> None:
    sizes = [1, 3, 20, 20, 1, 5, 40, 1, 1]  # MiB
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, size in enumerate(sizes):
            archive.writestr(f"{number}.json", bytes(size * MIB))
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        members = Members(archive, wanted(tmp_path / "all.zip"))
        assert (len(members), members.unpacked()) == (len(sizes), sum(sizes) * MIB)
        assert members.weight() == len(sizes) + sum(sizes) * 1024
        assert list(members.parts()) == [
            Part(0, 2), Part(2, 3, is_large=True), Part(3, 4, is_large=True), Part(4, 6, is_large=True),
            Part(6, 7, is_large=True), Part(7, 9)
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("cores", "memory_mb", "weight", "processes"),
    [(2, 1024, 100_000, 2), (16, 1024, 100_000, 4), (16, 64, 100_000, 1), (1, 1024, 100_000, 1), (16, 8192, 15_999, 1),
     (16, 8192, 32_000, 4), (16, 8192, 0, 1)],
)  # fmt: skip
def test_a_process_is_worth_some_records(cores: int, memory_mb: int, weight: int, processes: int) -> None:
    assert worthwhile(Settings(workers=cores, memory_mb=memory_mb), weight) == processes


def test_a_process_that_is_killed(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(FeedError, match=r"the feed osv/PyPI was not read to its end: .* set HULLMARK_WORKERS to 1"):
        read(file, 2)


def test_what_cannot_be_read_is_told_alike(tmp_path: Path) -> None:
    """An entry that lies where no file reaches, in the part that another process reads: `zipfile` gives up."""
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(PART_RECORDS + 1):
            archive.writestr(f"{number}.json", json.dumps(record(f"PYSEC-{number}", events=FIXED)))
        archive.filelist[1].header_offset = 2**62
    for processes in (1, 2):
        with pytest.raises(UNREADABLE, match="Invalid argument"):
            read(path, processes)


PROGRAM = """
import json, os, signal, sys, zipfile
from hullmark.advisories.osv_members import Members, Wanted
from hullmark.advisories.osv_processes import read_parts

class Ending(Members):
    def read(self, part):
        end()

wanted = Wanted(sys.argv[1], "osv/PyPI", "PyPI", 64 << 20)

def go():
    with zipfile.ZipFile(wanted.file) as archive:
        read_parts(Ending(archive, wanted), wanted, 3)

"""
INTERRUPTED = """
def end(): raise KeyboardInterrupt
try:
    go()
except KeyboardInterrupt:
    try: os.waitpid(-1, os.WNOHANG); print("a process is left")
    except ChildProcessError: print("none is left")
"""
KILLED = """
def end(): os.kill(os.getpid(), signal.SIGKILL)
go()
"""


def run(text: str, file: Path) -> tuple[int, bytes, bytes]:
    """The pipe of standard error is at its end only when nobody has it open any more."""
    command = [sys.executable, "-c", PROGRAM + text, str(file)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=300)
    return done.returncode, done.stdout, done.stderr


def test_no_process_outlives_ctrl_c(file: Path) -> None:
    assert run(INTERRUPTED, file) == (0, b"none is left\n", b"")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the others end when they answer")
def test_no_process_outlives_the_one_that_asked(file: Path) -> None:
    assert run(KILLED, file) == (-9, b"", b"")
