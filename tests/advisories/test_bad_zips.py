"""Zips that are odd or that lie: what is odd is read, what lies is told of that one record, and the others count."""

import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.settings import Limits, Settings
from tests.advisories.feeds import record

FIXED = [{"introduced": "0"}, {"fixed": "2.0"}]
RECORDS = [record(f"PYSEC-{number}", package=f"p{number}", events=FIXED) for number in (1, 2, 3)]
LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
SIZE = {LOCAL: 22, CENTRAL: 24}  # where the uncompressed size stands
FLAGS = {LOCAL: 6, CENTRAL: 8}
MOST = 1_000_000  # bytes of a record


def written(path: Path, names: list[str] | None = None, kind: int = zipfile.ZIP_DEFLATED) -> Path:
    """The records under their own or other names."""
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w", kind) as archive:
        for one, name in zip(RECORDS, names or [f"{one['id']}.json" for one in RECORDS], strict=True):
            archive.writestr(name, json.dumps(one))
    return path


def changed(path: Path, number: int, place: dict[bytes, int], value: bytes) -> None:
    """Write these bytes into both headers of one member."""
    data = bytearray(path.read_bytes())
    for mark, offset in place.items():
        at = -1
        for _ in range(number):
            at = data.index(mark, at + 1)
        data[at + offset : at + offset + len(value)] = value
    path.write_bytes(data)


def says_small(path: Path) -> None:
    changed(written(path), 2, SIZE, struct.pack("<I", 10))


def says_large(path: Path) -> None:
    changed(written(path), 2, SIZE, struct.pack("<I", MOST - 1))


def says_huge(path: Path) -> None:
    changed(written(path), 2, SIZE, struct.pack("<I", 0xFFFF_FFF0))


def encrypted(path: Path) -> None:
    changed(written(path), 2, FLAGS, b"\x01")


def unknown_method(path: Path) -> None:
    changed(written(path), 2, {LOCAL: 8, CENTRAL: 10}, struct.pack("<H", 97))


def twice(path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        written(path, ["PYSEC-1.json", "PYSEC-1.json", "PYSEC-3.json"])


def path_like(path: Path) -> None:
    written(path, ["../../../tmp/hullmark-escaped.json", "/etc/hullmark-escaped.json", "C:\\a\\b.json"])


def control_names(path: Path) -> None:
    written(path, ["a\nb\x1b[31m.json", "\u202egnp.json", "x" * 60_000 + ".json"])


def large_zip(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as archive:
        for one in RECORDS:
            with archive.open(f"{one['id']}.json", "w", force_zip64=True) as member:
                member.write(json.dumps(one).encode())


def with_other_files(path: Path) -> None:
    written(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("README.md", "read me")
        archive.writestr("folder/", "")
        archive.comment = b"by nobody"


def before_it(path: Path) -> None:
    path.write_bytes(b"#!/bin/sh\nexec unzip\n" + written(path).read_bytes())


def one_id_twice(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as archive:
        for number, one in enumerate([*RECORDS, {**RECORDS[0], "affected": RECORDS[1]["affected"]}]):
            archive.writestr(f"{number}.json", json.dumps(one))


Case = tuple[Callable[[Path], None], int, list[tuple[str, str]]]
CASES: list[Case] = [  # (what is done, packages that are known afterwards, what is told of which record)
    (says_small, 2, [("PYSEC-2", "cannot be read")]),
    (says_large, 3, []),
    (says_huge, 2, [("PYSEC-2", "larger than 1,000,000 bytes")]),
    (encrypted, 2, [("PYSEC-2", "cannot be read")]),
    (unknown_method, 2, [("PYSEC-2", "cannot be read")]),
    (twice, 3, []),
    (path_like, 3, []),
    (control_names, 3, []),
    (large_zip, 3, []),
    (with_other_files, 3, []),
    (before_it, 3, []),
    (one_id_twice, 3, [("PYSEC-1", "two records have this id; the ranges of both count")]),
]


@pytest.mark.parametrize("case", CASES, ids=[case[0].__name__ for case in CASES])
def test_one_odd_member(tmp_path: Path, case: Case) -> None:
    harm, known, told = case
    harm(tmp_path / "feeds/osv/PyPI/all.zip")
    before = {path for path in tmp_path.parent.rglob("*") if "escaped" in path.name}
    store = FeedStore(str(tmp_path / "store"))
    limits = replace(Limits(), record_bytes=MOST, feed_bytes=30 * MOST)
    (row,) = [row for row in rows(store, tmp_path / "feeds", limits) if row["feed"] == "osv/PyPI"]
    assert (row["state"], row["problems"]) == ("fresh", len(told))
    problems = [(one["record"], one["reason"]) for one in store.problems().to_pylist()]
    assert all(name == wanted and reason in said for (name, said), (wanted, reason) in zip(problems, told, strict=True))
    names = store.tables("osv/PyPI", row["snapshot"])["affected"]["name"].to_pylist()
    assert len(set(names)) == known
    assert {path for path in tmp_path.parent.rglob("*") if "escaped" in path.name} == before
    assert not Path("/etc/hullmark-escaped.json").exists()


def test_a_zip_that_lists_a_million_members(tmp_path: Path) -> None:
    """It is counted before anything is held of it."""
    path = tmp_path / "feeds/osv/PyPI/all.zip"
    written(path)
    entry = CENTRAL + bytes(24) + struct.pack("<HHH", 1, 0, 0) + bytes(12) + b"a"
    listed = entry * 1_000_001
    path.write_bytes(listed + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(listed), 0, 0))
    (row,) = [
        row for row in rows(FeedStore(str(tmp_path / "store")), tmp_path / "feeds", Limits()) if row["feed"] == "osv/PyPI"
    ]
    assert row["state"] == "failed"
    assert "is no readable zip (the archives list more than 1000000 entries)" in row["detail"]


def rows(store: FeedStore, base: Path, limits: Limits) -> list[dict[str, Any]]:
    return list(sync(store, Settings(feeds=str(base), limits=limits), ("PyPI",)).to_pylist())
